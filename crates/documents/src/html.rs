//! Accessible HTML: headings, paragraphs and language marked; no layout tables, no pictures of text.

use crate::letter::{Letter, Paragraph, Tongue};

/// The letter as an HTML article; the caller puts it on a page.
pub fn html(letter: &Letter) -> String {
    let lang = if letter.tongue == Tongue::En { "en" } else { "zh-CN" };
    let colon = if letter.tongue == Tongue::En { ":" } else { "：" };
    let mut out = format!(
        "<article class=\"letter\" lang=\"{lang}\"><header><p class=\"organ\">{}</p><p class=\"number\">{}</p></header><h2>{}</h2>{}",
        safe(&letter.organ),
        safe(&letter.number),
        safe(&letter.title),
        if letter.to.is_empty() { String::new() } else { format!("<p>{}{colon}</p>", safe(&letter.to)) }
    );
    for paragraph in &letter.body {
        match paragraph {
            Paragraph::Heading(text) => out.push_str(&format!("<h3>{}</h3>", safe(text))),
            Paragraph::Text(text) => out.push_str(&format!("<p>{}</p>", safe(text).replace('\n', "<br>"))),
        }
    }
    let copies = if letter.copies.is_empty() {
        String::new()
    } else {
        let (word, comma) = if letter.tongue == Tongue::En { ("Copies: ", ", ") } else { ("抄送：", "，") };
        format!("<p>{word}{}</p>", safe(&letter.copies.join(comma)))
    };
    out.push_str(&format!(
        "<footer><p>{}</p><p>{}</p>{copies}<p class=\"small muted\">{}</p></footer></article>",
        safe(&letter.organ),
        safe(&letter.date),
        safe(&letter.contact)
    ));
    if let Some(second) = &letter.second {
        out.push_str(&html(second));
    }
    out
}

fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
