// Sessions for a page in cookie mode: lanyard.fetch() instead of fetch().
//
// An expired access token is renewed once and the request is sent again. However many requests of
// however many tabs find it expired, one of them renews it: a Web Lock lets one in at a time, and who
// comes in looks first whether somebody else has been there. Browsers without Web Locks fall back
// on one renewal a tab; two tabs at once then get the same token, for the server answers a
// repetition within its grace window with the same generation.
"use strict";
const lanyard = (() => {
    const PREFIX = "%PREFIX%";
    const CSRF = "%CSRF%";
    const RENEWED = "lanyard-renewed:" + PREFIX; // when the token was renewed last, for all tabs
    const MARGIN_MS = 30000; // keep() renews that long before the end
    const listeners = new Set();
    let running = null;
    let timer = 0;
    let known = 0; // renewedAt(), when the server told the state
    let state = { user: null, session: null, expiresAt: 0 };

    const cookie = (name) => document.cookie.split("; ")
        .filter((pair) => pair.startsWith(name + "="))
        .map((pair) => decodeURIComponent(pair.slice(name.length + 1)))[0];
    const renewedAt = () => Number(localStorage.getItem(RENEWED) || 0);

    function tell(next) {
        state = next;
        known = renewedAt();
        for (const listener of listeners)
            listener(state);
    }

    function took(body) {
        const isSame = state.user && body.user && state.user.id === body.user.id;
        localStorage.setItem(RENEWED, String(Date.now()));
        tell({ user: isSame ? { ...state.user, ...body.user } : body.user, session: body.session,
               expiresAt: Date.now() + body.expires_in * 1000 });
        return body;
    }

    class Refused extends Error {
        constructor(problem) {
            super(problem.detail || problem.title || "refused");
            this.problem = problem;
        }
    }

    async function raw(path, options = {}) {
        const headers = new Headers(options.headers);
        const token = cookie(CSRF);
        if (token)
            headers.set("X-CSRF-Token", token);
        return fetch(path, { ...options, headers, credentials: "same-origin" });
    }

    async function answered(response) {
        if (response.status === 204)
            return null;
        const answer = await response.json();
        if (!response.ok)
            throw new Refused(answer);
        return answer;
    }

    async function call(method, path, body) {
        return answered(await raw(PREFIX + path, {
            method,
            headers: body ? { "Content-Type": "application/json" } : {},
            body: body && JSON.stringify(body),
        }));
    }

    // Another tab may have renewed since `seen`: then there is nothing to do but to look. What it stored
    // may still be on its way to this process, so the server is asked before: a token that lives longer
    // than `enoughMs` will do.
    async function renewOnce(seen, enoughMs) {
        if (renewedAt() > seen)
            return look();
        if (enoughMs < Infinity) {
            const there = await raw(PREFIX + "/me");
            const answer = there.ok ? await there.json() : { expires_in: 0 };
            if (answer.expires_in * 1000 > enoughMs)
                return stands(answer);
        }
        return took(await call("POST", "/refresh"));
    }

    function refresh(seen = renewedAt(), enoughMs = Infinity) {
        if (!running) {
            const work = () => renewOnce(seen, enoughMs);
            running = (navigator.locks ? navigator.locks.request(RENEWED, work) : work())
                .catch((error) => {
                    if (error instanceof Refused && error.problem.status === 401)
                        tell({ user: null, session: null, expiresAt: 0 });
                    throw error;
                })
                .finally(() => { running = null; });
        }
        return running;
    }

    function stands(answer) {
        tell({ user: answer.user, session: answer.session,
               expiresAt: Date.now() + answer.expires_in * 1000 });
        return answer;
    }

    const look = async () => stands(await call("GET", "/me"));

    async function authorized(path, options) {
        const seen = renewedAt();
        const response = await raw(path, options);
        if (response.status !== 401)
            return response;
        const problem = await response.clone().json().catch(() => ({}));
        if (problem.code !== "invalid_token" || problem.reason !== "expired") {
            if (problem.code === "session_ended" || problem.code === "session_expired")
                tell({ user: null, session: null, expiresAt: 0 });
            return response;
        }
        await refresh(seen, 0);
        return raw(path, options);
    }

    // Renews shortly before the end, as long as the page is open.
    function keep() {
        clearInterval(timer);
        timer = setInterval(() => {
            if (state.expiresAt && Date.now() > state.expiresAt - MARGIN_MS)
                refresh(known, MARGIN_MS).catch(() => {});
        }, 1000);
    }

    async function json(method, path) {
        return answered(await authorized(PREFIX + path, { method }));
    }

    async function start() {
        try {
            return stands(await json("GET", "/me")).user;
        } catch {
            return null; // nobody, or nobody answers
        }
    }

    return {
        Refused,
        fetch: authorized,
        refresh: () => refresh(),
        register: async (fields) => took(await call("POST", "/register", { ...fields, mode: "cookie" })),
        login: async (fields) => took(await call("POST", "/login", { ...fields, mode: "cookie" })),
        logout: async (scope = "this") => {
            const answer = await call("POST", "/logout", { scope });
            if (scope !== "others")
                tell({ user: null, session: null, expiresAt: 0 });
            return answer;
        },
        sessions: async () => (await json("GET", "/sessions")).items,
        end: (id) => json("DELETE", "/sessions/" + encodeURIComponent(id)),
        start,
        keep,
        onChange: (listener) => { listeners.add(listener); listener(state); },
        get state() { return state; },
    };
})();
