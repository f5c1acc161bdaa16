//! What a handler gets: the office, the templates, and what the request says of language, cookies and origin.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use huiyin_app::access::{Action, allows};
use huiyin_app::domain::matter::Matter;
use huiyin_app::office_clock::{self, Leap};
use huiyin_app::{AppError, Office, Staff, sign_in};
use huiyin_wording::Language;
use minijinja::Value;

use crate::edge::budget::{Budget, Limits};
use crate::edge::bursts::Bursts;
use crate::edge::form::Form;
use crate::edge::halls::Halls;
use crate::edge::problem::Problem;
use crate::edge::resume;
use crate::edge::templates::Templates;

/// Name of the staff cookie.
pub(crate) const STAFF_COOKIE: &str = "hy_staff";
/// Name of the cookie that keeps a followed petition open.
pub(crate) const FOLLOW_COOKIE: &str = "hy_follow";
/// Name of the cookie of a form being filled in.
pub(crate) const DRAFT_COOKIE: &str = "hy_draft";
/// Name of the language cookie.
pub(crate) const LANGUAGE_COOKIE: &str = "hy_lang";

/// Pages that are open while a given password was not changed yet.
const ACCOUNT: [&str; 2] = ["/staff/password", "/staff/sign-out"];

/// Whether requests come through a proxy whose word on addresses is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Proxy {
    /// They come straight.
    #[default]
    None,
    /// Through a proxy of the office's own, which sets `X-Forwarded-For`.
    Own,
}

/// How pages are served.
#[derive(Debug, Clone, Default)]
pub struct WebConfig {
    /// Cookies carry `Secure`; set where the site is reached by https.
    pub https: bool,
    /// A proxy in front.
    pub proxy: Proxy,
    /// What may be uploaded in a day without being signed in.
    pub uploads: Limits,
    /// Filings of one network within minutes that stand by themselves at the desk; more are one row. 0 folds nothing.
    pub burst: u32,
    /// Text of `/metrics`; empty when not collected.
    pub metrics: Option<MetricsText>,
}

/// Gives the text of `/metrics`.
pub type MetricsText = fn() -> String;

/// Shared by all handlers.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub office: Office,
    pub templates: Arc<Templates>,
    pub config: WebConfig,
    pub budget: Arc<Budget>,
    pub bursts: Arc<Bursts>,
    pub halls: Arc<Halls>,
}

/// What a request says, beside its body.
#[derive(Debug, Clone)]
pub(crate) struct RequestContext {
    pub language: Language,
    pub path: String,
    pub query: String,
    pub from: String,
    /// What the browser calls itself.
    pub device: String,
    cookies: Vec<(String, String)>,
    bearer: Option<String>,
}

impl RequestContext {
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// A machine's token or a receipt code, by scheme.
    pub fn authorization(&self, scheme: &str) -> Option<&str> {
        let text = self.bearer.as_deref()?;
        let (given, value) = text.split_once(' ')?;
        given.eq_ignore_ascii_case(scheme).then(|| value.trim())
    }
}

/// What the name of a cookie begins with where the site is reached by https: only this host can have set it, and only
/// by https.
const HOST: &str = "__Host-";

impl FromRequestParts<Arc<Shared>> for RequestContext {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Infallible> {
        let text = |name| parts.headers.get(name).and_then(|v| v.to_str().ok());
        let cookies: Vec<(String, String)> = text(COOKIE)
            .into_iter()
            .flat_map(|all| all.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter_map(|(n, v)| {
                Some((if shared.config.https { n.strip_prefix(HOST)? } else { n }.to_owned(), v.to_owned()))
            })
            .collect();
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let asked = query.split('&').find_map(|p| p.strip_prefix("lang=")).and_then(Language::parse);
        let kept = cookies.iter().find(|(n, _)| n == LANGUAGE_COOKIE).and_then(|(_, v)| Language::parse(v));
        let from = parts
            .extensions
            .get::<ConnectInfo<std::net::SocketAddr>>()
            .map_or_else(|| "unknown".to_owned(), |c| c.0.ip().to_string());
        Ok(Self {
            language: asked.or(kept).unwrap_or_else(|| shared.office.binding()),
            path: parts.uri.path().to_owned(),
            query,
            from,
            device: text(axum::http::header::USER_AGENT).unwrap_or_default().to_owned(),
            bearer: text(AUTHORIZATION).map(str::to_owned),
            cookies,
        })
    }
}

/// An officer who signed in with a browser.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    pub staff: Staff,
    pub secret: String,
    pub asked: RequestContext,
    /// Sees the yearly report.
    pub reports: bool,
    /// Accounts that open with a published password; every staff page says so.
    pub open_doors: Vec<String>,
    /// The clock has leapt and nothing that is due is worked.
    pub leap: Option<Leap>,
    /// The password was given by somebody else and must be changed first.
    pub given: bool,
}

impl FromRequestParts<Arc<Shared>> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let Ok(asked) = RequestContext::from_request_parts(parts, shared).await;
        let secret = asked.cookie(STAFF_COOKIE).unwrap_or_default().to_owned();
        match sign_in::session(&shared.office, &secret).await {
            // A password that somebody else gave is changed before anything else is seen.
            Ok((_, true)) if !ACCOUNT.contains(&asked.path.as_str()) => {
                Err(Problem(Box::new(axum::response::Redirect::to("/staff/password").into_response())))
            }
            Ok((staff, given)) => {
                let reports = huiyin_app::yearly::allowed(&shared.office, &staff)
                    .await
                    .map_err(|e| Problem::page(shared, &asked, e))?;
                let open =
                    sign_in::published::known(&shared.office).await.map_err(|e| Problem::page(shared, &asked, e))?;
                Ok(Self {
                    staff,
                    secret,
                    asked,
                    reports,
                    open_doors: open.into_iter().map(|o| o.login).collect(),
                    leap: office_clock::held(&shared.office),
                    given,
                })
            }
            Err(error) => Err(Problem::page(shared, &asked, error)),
        }
    }
}

impl SignedIn {
    /// Checks the token a form of this session must carry; a form of an earlier session is given back.
    pub fn check_form(&self, shared: &Shared, form: &Form) -> Result<(), Problem> {
        let token = sign_in::form_token(&shared.office, &self.secret);
        if token == form.get("csrf") {
            return Ok(());
        }
        if form.get("csrf").is_empty() {
            return Err(Problem::page(shared, &self.asked, AppError::NotAllowed));
        }
        let mut response = resume::page(shared, &self.asked, &self.asked.path, form, &token);
        *response.status_mut() = StatusCode::FORBIDDEN;
        Err(Problem(Box::new(response)))
    }
}

impl Shared {
    /// The title of a matter where it stands in a list or a page's head: what an accusation says is opened for a
    /// purpose.
    pub fn list_title(&self, language: Language, matter: &Matter) -> String {
        matter.list_title().map_or_else(|| self.say(language, "accusation-in-lists"), str::to_owned)
    }

    /// Renders a page for the public.
    pub fn page(&self, asked: &RequestContext, template: &str, values: Value) -> Response {
        self.render(asked, template, values, None)
    }

    /// Renders a page for an officer, with the frame's own values.
    pub fn desk(&self, signed: &SignedIn, template: &str, values: Value) -> Response {
        self.render(&signed.asked, template, values, Some(signed))
    }

    /// The languages that are offered: those of the pack of today of which there are texts of pages.
    fn languages(&self) -> Vec<Language> {
        let book = self.office.book_today();
        let of_pack: Vec<Language> =
            book.iter().flat_map(|b| b.title.languages()).filter_map(Language::parse).collect();
        if of_pack.is_empty() { Language::all() } else { of_pack }
    }

    fn render(&self, asked: &RequestContext, template: &str, values: Value, signed: Option<&SignedIn>) -> Response {
        let now = self.office.now();
        let frame = context! {
            lang => asked.language.tag(),
            direction => self.say(asked.language, "direction"),
            languages => self.languages().into_iter().filter(|l| *l != asked.language).map(|l| context! {
                code => l.code(), tag => l.tag(), name => self.say(l, "language-name"),
            }).collect::<Vec<_>>(),
            path => asked.path,
            today => huiyin_wording::date(asked.language, now.today()),
            me => signed.map(|s| context! {
                name => s.staff.officer.name, login => s.staff.officer.login, reports => s.reports,
                admin => s.staff.may(huiyin_app::domain::posts::Power::Administer),
            }),
            open_doors => signed.map(|s| s.open_doors.join(&self.say(asked.language, "list-comma"))).filter(|names| !names.is_empty()),
            leap => signed.and_then(|s| s.leap).map(|l| self.leap(asked.language, l)),
            may_confirm_clock => signed.is_some_and(|s| allows(&s.staff, Action::ConfirmClock)),
            csrf => signed.map(|s| sign_in::form_token(&self.office, &s.secret)).unwrap_or_default(),
            ..values
        };
        match self.templates.render(template, frame) {
            Ok(html) => Html(html).into_response(),
            Err(error) => {
                tracing::error!(template, error = ?error, "a page could not be rendered");
                (axum::http::StatusCode::INTERNAL_SERVER_ERROR, "the page could not be made; please try again")
                    .into_response()
            }
        }
    }

    fn leap(&self, language: Language, leap: Leap) -> Value {
        // With the year: it is what has leapt.
        let shown = |at| huiyin_wording::instant(language, at, self.office.zone(), jiff::civil::Date::MIN);
        context! { seen => shown(leap.seen), shown => shown(leap.shown) }
    }

    /// Words of a key.
    pub fn say(&self, language: Language, key: &str) -> String {
        self.office.wording().text(language, key, &[])
    }

    /// The text of a `Set-Cookie` header.
    pub fn cookie(&self, name: &str, value: &str, seconds: Option<i64>) -> String {
        let age = seconds.map(|s| format!("; Max-Age={s}")).unwrap_or_default();
        let (host, secure) = if self.config.https { (HOST, "; Secure") } else { ("", "") };
        format!("{host}{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}")
    }
}
