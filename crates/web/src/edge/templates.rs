//! Templates and assets, embedded. Undefined values are errors; every string goes through the word files.

use std::sync::Arc;

use huiyin_wording::{Language, Wording};
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, State, UndefinedBehavior, Value};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "templates"]
struct Sources;

#[derive(RustEmbed)]
#[folder = "assets"]
pub(crate) struct Assets;

/// All templates, ready to render.
#[derive(Debug)]
pub(crate) struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    pub fn load(wording: Arc<Wording>) -> Result<Self, Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for name in Sources::iter() {
            let text = Sources::get(&name).map(|f| String::from_utf8_lossy(&f.data).into_owned()).unwrap_or_default();
            environment.add_template_owned(name.to_string(), text)?;
        }
        environment.add_function("t", move |state: &State<'_, '_>, key: String, kwargs: Kwargs| {
            translate(&wording, state, &key, &kwargs)
        });
        environment.add_function("asset", |name: String| asset_path(&name));
        environment.add_function("aria", |state: &State<'_, '_>, field: String, hint: Option<String>| {
            aria(state, &field, hint.as_deref())
        });
        environment.add_function("fault", |state: &State<'_, '_>, field: String| fault(state, &field));
        Ok(Self { environment })
    }

    pub fn render(&self, name: &str, values: Value) -> Result<String, Error> {
        self.environment.get_template(name)?.render(values)
    }
}

fn translate(wording: &Wording, state: &State<'_, '_>, key: &str, kwargs: &Kwargs) -> Result<String, Error> {
    let language = state.lookup("lang").and_then(|v| v.as_str().and_then(Language::parse)).unwrap_or(Language::CHINESE);
    let mut given: Vec<(String, Value)> = Vec::new();
    for name in kwargs.args() {
        given.push((name.to_owned(), kwargs.get(name)?));
    }
    let values: Vec<(&str, _)> = given
        .iter()
        .map(|(name, value)| {
            let number = if value.kind() == ValueKind::Number { i64::try_from(value.clone()).ok() } else { None };
            (name.as_str(), number.map_or_else(|| value.to_string().into(), Into::into))
        })
        .collect();
    Ok(wording.text(language, key, &values))
}

/// The errors of a field, in words.
fn faults(state: &State<'_, '_>, field: &str) -> Vec<String> {
    let errors =
        state.lookup("errors").and_then(|e| e.try_iter().ok().map(Iterator::collect::<Vec<Value>>)).unwrap_or_default();
    let said = |e: &Value, name: &str| e.get_attr(name).map(|v| v.to_string()).unwrap_or_default();
    errors.iter().filter(|e| said(e, "field") == field).map(|e| said(e, "text")).collect()
}

/// Ties a field to its hint and to its error, for people who do not see where the error stands.
fn aria(state: &State<'_, '_>, field: &str, hint: Option<&str>) -> Value {
    let failed = !faults(state, field).is_empty();
    let mut ids: Vec<String> = hint.map(str::to_owned).into_iter().collect();
    if failed {
        ids.insert(0, format!("e-{field}"));
    }
    let described = if ids.is_empty() { String::new() } else { format!(" aria-describedby=\"{}\"", ids.join(" ")) };
    Value::from_safe_string(format!("{}{described}", if failed { " aria-invalid=\"true\"" } else { "" }))
}

/// What is wrong with a field, beside it.
fn fault(state: &State<'_, '_>, field: &str) -> Value {
    let faults = faults(state, field);
    if faults.is_empty() {
        return Value::from_safe_string(String::new());
    }
    let text: String = faults.iter().map(|t| minijinja::HtmlEscape(t).to_string()).collect::<Vec<_>>().join("<br>");
    Value::from_safe_string(format!("<strong class=\"fault\" id=\"e-{field}\">{text}</strong>"))
}

/// `/assets/style.css?v=1a2b3c4d`, so that a new program is never shown with an old sheet.
fn asset_path(name: &str) -> String {
    let tag = Assets::get(name)
        .map(|f| Sha256::digest(&f.data).iter().take(4).fold(String::new(), |t, b| format!("{t}{b:02x}")))
        .unwrap_or_default();
    format!("/assets/{name}?v={tag}")
}
