// Who is logged in: data = {label, name, login, roles, sees, password, logout, lang}. A page whose session has ended goes to the login.
const EVERY = 20_000;

async function look() {
  const answer = await fetch("/session", { cache: "no-store", redirect: "manual" }).catch(() => null);
  if (answer?.status === 401) {
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".identity");
  const put = (selector, text) => (root.querySelector(selector).textContent = text);
  root.setAttribute("aria-label", data.label);
  put("strong", data.name);
  put(".login", data.login);
  put(".roles", data.roles);
  put(".sees", data.sees);
  put(".password", data.password);
  put("button", data.logout);
  root.querySelector(".password").href = `/password?lang=${data.lang}`;
  root.querySelector("input").value = data.lang;
  const seen = () => document.visibilityState === "visible" && look();
  const timer = setInterval(look, EVERY);
  document.addEventListener("visibilitychange", seen);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", seen);
  };
}
