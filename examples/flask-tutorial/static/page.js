// The page: what lanyard.js says, shown.
"use strict";
const $ = (id) => document.getElementById(id);
let renewals = 0;
let shown = 0; // expiresAt that was counted last

function say(text) {
    $("problem").textContent = text;
    $("problem").hidden = !text;
}

async function doing(work) {
    say("");
    try {
        await work();
    } catch (error) {
        say(error.message);
    }
}

function browserOf(session) {
    const name = session.device || (/(Firefox|Chrome|Safari)/.exec(session.user_agent || "") || ["browser"])[0];
    return name + (session.current ? " (this one)" : "");
}

function row(session) {
    const line = document.createElement("tr");
    const since = new Date(session.created_at).toLocaleTimeString();
    for (const text of [browserOf(session), since, session.ip || ""])
        line.insertCell().textContent = text;
    const cell = line.insertCell();
    if (!session.current) {
        const button = document.createElement("button");
        button.textContent = "End";
        button.className = "quiet";
        button.dataset.sid = session.id;
        button.onclick = () => doing(async () => { await lanyard.end(session.id); await list(); });
        cell.append(button);
    }
    return line;
}

async function list() {
    $("sessions").replaceChildren(...(await lanyard.sessions()).map(row));
}

lanyard.onChange((state) => {
    $("enter").hidden = !!state.user;
    $("inside").hidden = !state.user;
    $("who").textContent = state.user ? "Logged in as " + (state.user.username || state.user.email || state.user.id)
        : "Nobody is logged in.";
    if (state.expiresAt && shown && state.expiresAt > shown + 500) {
        renewals += 1;
        $("renewals").textContent = String(renewals);
        $("renewed").textContent = new Date().toLocaleTimeString();
    }
    shown = state.expiresAt;
});

function tick(state) {
    const left = Math.max(0, Math.round((state.expiresAt - Date.now()) / 1000));
    $("seconds").textContent = String(left);
    $("bar").value = left;
}

lanyard.onChange(tick);
setInterval(() => tick(lanyard.state), 250);

function fields() {
    return { password: $("password").value,
             device: { label: new URLSearchParams(location.search).get("device") || "" } };
}

async function enter(work) {
    await doing(async () => {
        await work();
        $("password").value = "";
        renewals = 0;
        lanyard.keep();
        await list();
    });
}

$("form").onsubmit = (event) => {
    event.preventDefault();
    enter(() => lanyard.login({ login: $("name").value, ...fields() }));
};
$("register").onclick = () => enter(() => lanyard.register({ username: $("name").value, ...fields() }));
$("renew").onclick = () => doing(() => lanyard.refresh());
$("reload").onclick = () => doing(list);
$("others").onclick = () => doing(async () => { await lanyard.logout("others"); await list(); });
$("logout").onclick = () => doing(() => lanyard.logout());
$("ask").onclick = () => doing(async () => {
    const response = await lanyard.fetch("/api/whoami");
    const body = await response.json();
    $("answer").textContent = response.status + " " + JSON.stringify(body, null, 1);
    if (!response.ok)
        say(body.title + (body.detail ? ": " + body.detail : ""));
});

lanyard.start().then((user) => {
    if (user) {
        lanyard.keep();
        doing(list);
    }
});
