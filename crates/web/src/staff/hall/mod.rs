//! The hall from behind the window: call, receive, give tickets, set it up.

mod booked;
mod booking;
mod call;
mod devices;
mod figures;
mod give;
mod set_up;
mod show;
mod sit;
mod step;
mod texts;
mod today;

pub(crate) use booked::{booked, telephone};
pub(crate) use booking::{cancel as cancel_bookings, form as booking_form, save as save_booking};
pub(crate) use call::call;
pub(crate) use devices::{offer_device, revoke_device};
pub(crate) use figures::{day_book, day_book_file, figures_file, show as show_figures};
pub(crate) use give::give;
pub(crate) use set_up::{form as set_up_form, set_up};
pub(crate) use show::show;
pub(crate) use sit::{leave, sit};
pub(crate) use step::step;
pub(crate) use texts::{change as change_texts, show as show_texts};
pub(crate) use today::today;
