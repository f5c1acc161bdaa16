//! A browser without scripts in the hands of somebody: an officer who signed in, or nobody yet.

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};

/// Somebody at the pages of a site.
#[derive(Debug, Clone)]
pub struct Role {
    /// The client with its cookies, for what the methods here do not do.
    pub client: Client,
    base: String,
}

impl Role {
    /// A visitor who has not signed in; follows up to five redirections.
    pub fn visitor(base: &str) -> Self {
        Self::with(base, Policy::limited(5))
    }

    /// A visitor who stays where an answer redirects, to look at the answer itself.
    pub fn strict(base: &str) -> Self {
        Self::with(base, Policy::none())
    }

    fn with(base: &str, policy: Policy) -> Self {
        let client = Client::builder().cookie_store(true).redirect(policy).build().unwrap();
        Self { client, base: base.to_owned() }
    }

    /// An officer of the demo county, signed in.
    pub async fn officer(base: &str, login: &str) -> Self {
        Self::visitor(base).sign_in(login).await
    }

    /// Signs in as an officer of the demo county.
    pub async fn sign_in(self, login: &str) -> Self {
        sign_in(&self.client, &self.base, login).await;
        self
    }

    /// A GET of a path.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.base))
    }

    /// A POST to a path.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.base))
    }

    /// The text of a page.
    pub async fn page(&self, path: &str) -> String {
        self.get(path).send().await.unwrap().text().await.unwrap()
    }

    /// Sends a form with the token that a page holds.
    pub async fn send(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Response {
        let html = self.page(page).await;
        let token = field(&html, "csrf");
        let mut form = fields.to_vec();
        form.push(("csrf", &token));
        self.post(action).form(&form).send().await.unwrap()
    }
}

/// Signs a client in as an officer of the demo county.
pub async fn sign_in(client: &Client, base: &str, login: &str) {
    let form = [("login", login), ("password", huiyin_demo::PASSWORD)];
    let done = client.post(format!("{base}/staff/sign-in")).form(&form).send().await.unwrap();
    assert!(done.status().is_success() || done.status().is_redirection(), "{login}: {}", done.status());
}

/// The value of a field of a form; empty when there is none.
pub fn field(html: &str, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    html.split(&marker).nth(1).and_then(|t| t.split('"').next()).unwrap_or_default().to_owned()
}
