//! Pages and JSON API over the same use cases. HTTP is served here and nowhere else; a page cannot reach
//! the store: permissions stand in between.

/// Values for a template: anything that can be serialised, by name.
macro_rules! context {
    ($($key:ident $(=> $value:expr)?),* $(, ..$rest:expr)* $(,)?) => {
        ::minijinja::context! {
            $($key => ::minijinja::Value::from(::minijinja::value::Serde(&context_value!($key $(, $value)?)))),
            * $(, ..$rest)*,
        }
    };
}

macro_rules! context_value {
    ($key:ident) => {
        $key
    };
    ($key:ident, $value:expr) => {
        $value
    };
}

mod api;
mod edge;
mod filing;
mod moves;
mod pages;
mod papers;
mod routes;
mod staff;

pub use api::openapi_json;
pub use edge::budget::Limits;
pub use edge::context::{Proxy, WebConfig};
pub use edge::listen::serve;
pub use routes::{Access, ROUTES, router};
