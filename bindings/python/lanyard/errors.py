"""The exceptions of lanyard: one class a status of the engine, one above it for each kind.

Each has code ("E_EXPIRED"), number (2021), http (401) and bearer (the error word of RFC 6750, or
None), and of the text that was refused where ("claim:exp"), offset (the byte), value (the time that
failed), failed (the LANYARD_FAILED bits) and failed_claims (their names).
"""

from ._core import (
    Error, MalformedToken, PolicyRefusal, CryptographyRefusal, CallerError, AlgMissingError,
    AlgRefusedError, AlgUnavailableError, AlgUnknownError, ArgumentError, AudienceError,
    AudienceUnaskedError, B64Error, Base64BitsError, Base64CharError, Base64LengthError,
    Base64PaddingError, BearerError, BearerMissingError, BufferFullError, ClaimMissingError,
    ClaimRangeError, ClaimTypeError, ClaimsError, ClaimsTypeError, CritInvalidError,
    CritUnknownError, CryptoError, ExpiredError, HeaderError, HeaderLengthError,
    HeaderMemberError, HeaderTypeError, IssuedLaterError, IssuerError, JsonDepthError,
    JsonDuplicateError, JsonMembersError, JsonSurrogateError, JsonSyntaxError, JsonUtf8Error,
    KeyFormatError, KeyInvalidError, KeyNotFoundError, KeyPassphraseError,
    KeyPublicSecretError, KeyShortError, KeyUnfitError, KeyUnsupportedError, KeyUseError,
    KeyWeakError, NoMemoryError, NotFoundError, NotYetValidError, PolicyError, SignatureError,
    SubjectError, TokenLengthError, TokenPartsError, TooOldError, TypError, WrongTypeError,
)

__all__ = [
    "Error", "MalformedToken", "PolicyRefusal", "CryptographyRefusal", "CallerError",
    "AlgMissingError", "AlgRefusedError", "AlgUnavailableError", "AlgUnknownError",
    "ArgumentError", "AudienceError", "AudienceUnaskedError", "B64Error", "Base64BitsError",
    "Base64CharError", "Base64LengthError", "Base64PaddingError", "BearerError",
    "BearerMissingError", "BufferFullError", "ClaimMissingError", "ClaimRangeError",
    "ClaimTypeError", "ClaimsError", "ClaimsTypeError", "CritInvalidError", "CritUnknownError",
    "CryptoError", "ExpiredError", "HeaderError", "HeaderLengthError", "HeaderMemberError",
    "HeaderTypeError", "IssuedLaterError", "IssuerError", "JsonDepthError",
    "JsonDuplicateError", "JsonMembersError", "JsonSurrogateError", "JsonSyntaxError",
    "JsonUtf8Error", "KeyFormatError", "KeyInvalidError", "KeyNotFoundError",
    "KeyPassphraseError", "KeyPublicSecretError", "KeyShortError", "KeyUnfitError",
    "KeyUnsupportedError", "KeyUseError", "KeyWeakError", "NoMemoryError", "NotFoundError",
    "NotYetValidError", "PolicyError", "SignatureError", "SubjectError", "TokenLengthError",
    "TokenPartsError", "TooOldError", "TypError", "WrongTypeError",
]
