// The chat page's script: live updates, sending without a reload, and times in the reader's zone.
// Without it every form still works; it asks nobody but the sandbox.
"use strict";

const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat([], { dateStyle: "medium", timeStyle: "short" });
const full = new Intl.DateTimeFormat([], { dateStyle: "full", timeStyle: "short" });

function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const when = new Date(time.dateTime);
    const today = when.toDateString() === new Date().toDateString();
    const short = time.classList.contains("sent") && today ? clock : day;
    time.title = full.format(when);
    time.textContent = short.format(when);
  }
}

function filterNames() {
  for (const field of document.querySelectorAll(".filter")) {
    const rows = [...document.querySelectorAll("[data-name]")];
    field.hidden = rows.length < 9;
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLowerCase();
      for (const row of rows) row.hidden = !row.dataset.name.includes(wanted);
    });
  }
}

class Chat {
  constructor(chat) {
    this.root = chat.dataset.root;
    this.version = chat.dataset.version;
    this.sidebar = document.getElementById("sidebar");
    this.log = document.getElementById("messages");
    this.key = document.querySelector(".conversation").dataset.key || "";
    this.title = document.title;
    this.shown = new Map();
    // As the server wrote them: this runs before times are put into the reader's zone.
    for (const one of this.log?.children ?? []) this.shown.set(one.dataset.id, one.outerHTML);
    this.toEnd();
    if (this.log) this.compose(document.querySelector(".compose"));
    document.addEventListener("submit", (event) => this.submitted(event));
    document.addEventListener("visibilitychange", () => this.follow());
    this.follow();
  }

  toEnd() {
    if (this.log) this.log.scrollTop = this.log.scrollHeight;
  }

  // One request waits at a time; a page that nobody looks at asks again when it is looked at.
  async follow() {
    if (document.hidden || this.following) return;
    this.following = true;
    let pause = 100;
    while (!document.hidden) {
      try {
        const query = new URLSearchParams({ version: this.version, c: this.key, visible: "1" });
        const answer = await fetch(`${this.root}/updates?${query}`, {
          headers: { Accept: "application/json" },
        });
        if (!answer.ok) throw new Error(String(answer.status));
        this.update(await answer.json());
        this.online(true);
        pause = 100;
      } catch {
        this.online(false);
        pause = Math.min(pause * 2, 5000);
      }
      await new Promise((done) => setTimeout(done, pause));
    }
    this.following = false;
  }

  online(is) {
    document.title = is ? this.title : `(offline) ${this.title}`;
  }

  update(state) {
    this.version = state.version;
    if (this.sidebar.dataset.html !== state.sidebar) {
      this.sidebar.dataset.html = state.sidebar;
      this.replaced(this.sidebar, () => { this.sidebar.innerHTML = state.sidebar; });
    }
    if (this.log) this.messages(state.messages);
  }

  // Only what changed is replaced, so that focus, open spoilers and the place on the page stay.
  messages(list) {
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 90;
    const ids = new Set(list.map((one) => String(one.id)));
    for (const element of [...this.log.children]) {
      if (!ids.has(element.dataset.id)) { element.remove(); this.shown.delete(element.dataset.id); }
    }
    let before = null;
    for (const { id, html } of list) {
      before = this.message(String(id), html, before);
    }
    if (atEnd) this.toEnd();
  }

  message(id, html, before) {
    const box = document.createElement("template");
    box.innerHTML = html;
    const fresh = box.content.firstElementChild;
    const source = fresh.outerHTML;
    const old = document.getElementById(`m${id}`);
    if (old && this.shown.get(id) === source) return old;
    this.shown.set(id, source);
    localTimes(fresh);
    if (old) {
      this.keepOpen(old, fresh);
      this.replaced(old, () => old.replaceWith(fresh), fresh);
      return fresh;
    }
    fresh.classList.add("arrived");
    if (before) before.after(fresh); else this.log.prepend(fresh);
    return fresh;
  }

  keepOpen(old, fresh) {
    const was = [...old.querySelectorAll("details:not(.picker)")];
    const now = [...fresh.querySelectorAll("details:not(.picker)")];
    now.forEach((one, place) => { if (was[place]?.open) one.open = true; });
  }

  // Give the focus back to the same control of what takes the old element's place.
  replaced(old, replace, fresh = old) {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const name = focused?.getAttribute("aria-label") ?? focused?.textContent;
    replace();
    if (!focused) return;
    const same = [...fresh.querySelectorAll("a, button, summary")].find(
      (one) => (one.getAttribute("aria-label") ?? one.textContent) === name);
    (same ?? document.getElementById("content"))?.focus();
  }

  compose(form) {
    const text = form.elements.content;
    const grow = () => { text.style.height = "auto"; text.style.height = `${text.scrollHeight + 2}px`; };
    text.addEventListener("input", grow);
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    form.querySelector(".mention").addEventListener("click", (event) => {
      const mention = event.currentTarget.dataset.text;
      if (!text.value.startsWith(mention)) text.value = mention + text.value;
      text.focus();
    });
    if (matchMedia("(hover: hover)").matches) text.focus();
  }

  async submitted(event) {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    const problem = document.querySelector(".problem");
    const buttons = [...form.querySelectorAll("button[type=submit]")];
    for (const button of buttons) button.disabled = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(new FormData(form)),
      });
      const done = await answer.json();
      problem.hidden = answer.ok;
      problem.textContent = answer.ok ? "" : done.msg;
      if (answer.ok && form.matches(".compose")) {
        form.reset();
        form.elements.content.style.height = "auto";
        this.toEnd();
      }
    } catch {
      problem.hidden = false;
      problem.textContent = "The sandbox does not answer. Is it still running?";
    } finally {
      for (const button of buttons) button.disabled = false;
      if (form.matches(".compose")) form.elements.content.focus();
    }
  }
}

// The mailbox: one request waits for the next mail.
async function followMails(box) {
  const list = document.getElementById("mails");
  let shown = null;
  let pause = 100;
  for (;;) {
    try {
      const query = new URLSearchParams({ version: box.dataset.version });
      const answer = await fetch(`/mail/updates?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const state = await answer.json();
      box.dataset.version = state.version;
      if (shown !== state.html) {
        const open = new Set([...list.querySelectorAll("details[open]")].map((one) => one.closest(".mail").id));
        list.innerHTML = state.html;
        for (const one of list.querySelectorAll("details")) one.open = open.has(one.closest(".mail").id);
        localTimes(list);
      }
      shown = state.html;
      pause = 100;
    } catch {
      pause = Math.min(pause * 2, 5000);
    }
    await new Promise((done) => setTimeout(done, pause));
  }
}

const mailbox = document.querySelector(".mailbox");
if (mailbox) followMails(mailbox);
const chat = document.querySelector(".chat");
if (chat) new Chat(chat);
localTimes(document);
filterNames();
