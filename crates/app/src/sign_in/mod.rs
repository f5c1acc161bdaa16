//! Signing in: name and password, throttled guesses; sessions, passwords, and tokens for machines.

mod password;
pub mod published;
mod second_factor;
mod session;
pub(crate) mod throttle;
mod token;

use huiyin_domain::ids::OfficerId;
use huiyin_domain::text;

use crate::error::{AppError, Result};
use crate::office::{Office, Staff};
use crate::security::{Act, Entry};

pub use password::{change_password, check_password, hash, set_password};
pub(crate) use password::{known_password, write_first};
pub(crate) use second_factor::renew_all;
pub use second_factor::{Offer, SPARES, confirm, offer, offer_again, second_factor, turn_off, turn_off_of, turn_on};
pub use session::{IDLE_MINUTES, LASTS_HOURS, Place, SessionLine, end_others, form_token, session, sessions, sign_out};
pub use throttle::network;
pub use token::{TokenLine, make_token, revoke_token, token, tokens};

use password::Credential;

/// A sign-in as the browser holds it.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The cookie's secret.
    pub secret: String,
    /// Who.
    pub staff: Staff,
}

/// What a name and its password open.
#[derive(Debug, Clone)]
pub enum Entered {
    /// The desk.
    In(SignedIn),
    /// The second step: what is handed to [`confirm`] with the code.
    CodeAsked(String),
}

impl Entered {
    /// The sign-in, where no second step is asked.
    pub fn signed_in(self) -> Option<SignedIn> {
        match self {
            Self::In(signed) => Some(signed),
            Self::CodeAsked(_) => None,
        }
    }
}

/// Signs an officer in by name and password.
///
/// # Errors
/// [`AppError::NotSignedIn`] for a wrong pair (never saying which half), [`AppError::Throttled`] after several.
#[crate::boxed]
pub async fn sign_in(office: &Office, login: &str, password: &str, place: &Place) -> Result<Entered> {
    let login = text::number(login).to_lowercase();
    let network = network(&place.from);
    // First the name, then the place: two that wait for each other cannot be.
    let keys =
        [(format!("login:{login}@{network}"), throttle::OFFICER), (format!("from:{network}"), throttle::NETWORK)];
    let [(name, _), (from, _)] = &keys;
    let _turns = (office.turn(name).await, office.turn(from).await);
    for (key, _) in &keys {
        throttle::check(office, key).await?;
    }
    let directory = office.directory().await?;
    let known = directory.officers.iter().find(|o| o.login == login).cloned();
    let officer = known.clone().filter(|o| o.active);
    let stored = match &officer {
        Some(officer) => Credential::read(office, &officer.id).await?,
        None => None,
    };
    let right = password::verify(password, stored.as_ref()).await?;
    match officer.zip(stored).filter(|_| right) {
        Some((officer, stored)) => {
            throttle::forget(office, name).await?;
            if second_factor(office, &officer.id).await?.is_some() {
                return Ok(Entered::CodeAsked(second_factor::pass(office, &officer.id, &stored)));
            }
            session::begin(office, Staff::from_officer(officer, &*office.directory().await?), stored, place)
                .await
                .map(Entered::In)
        }
        None => {
            for (key, policy) in keys {
                throttle::miss(office, &key, policy).await?;
            }
            let entry = Entry::new(office, Act::SignInFailed, None).with(&network);
            // A name that is nobody's is logged; strangers do not fill the store with it.
            match known {
                Some(officer) => entry.of(&officer.id).write(office).await?,
                None => entry.log(),
            }
            Err(AppError::NotSignedIn)
        }
    }
}

/// An officer by id who may sign in.
async fn officer(office: &Office, id: &OfficerId) -> Result<Staff> {
    let directory = office.directory().await?;
    let officer = directory.officer(id).filter(|o| o.active).cloned().ok_or(AppError::NotSignedIn)?;
    Ok(Staff::from_officer(officer, &directory))
}
