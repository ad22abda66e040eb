/* input.h - files and standard input, read whole. */
#ifndef LANYARD_CLI_INPUT_H
#define LANYARD_CLI_INPUT_H

#include "cli.h"

/* No file is longer than this. A token with its newline must be shorter, to be read again. */
#define INPUT_MAX ((size_t)64 * 1024 * 1024)

/* Reads the file, or standard input for "-", less one final newline. The buffer is empty before,
 * and the caller's to lanyard_buf_done() in any case. */
int input_read(cli_run *run, const char *name, lanyard_buf *buf);

/* A word of the command line, or standard input for "-". */
int input_word(cli_run *run, const char *word, lanyard_buf *buf);

/* An empty buffer with the ceiling of what is read. */
lanyard_buf input_buf(void);

/* Decodes base64 or base64url in place, line breaks and padding allowed. False: it is neither. */
bool input_decode_base64(lanyard_buf *buf);

#endif
