//! A title made from a text: what it is about, not how it greets.

use huiyin_domain::text;
use huiyin_storage::terms;

/// Characters of a title made from a text.
const LONG: usize = 40;

/// What a letter is about, from its own words: greetings, who writes, and lines such as 举报信 or 电话 are passed over.
/// Empty when nothing is left that can be read.
pub fn title_of(whole: &str) -> String {
    let prose = text::prose(whole);
    let sentences: Vec<&str> =
        prose.split(['\n', '。', '！', '？', '!', '?', '；', ';']).map(str::trim).filter(|s| readable(s)).collect();
    let subject = sentences.iter().find_map(|s| subject(s));
    // Where all is greeting, its last words are better than none.
    let chosen = subject
        .or_else(|| sentences.iter().rev().find(|s| !terms::names_a_person(s)).map(|s| (*s).to_owned()))
        .unwrap_or_default();
    cut(&text::line(&chosen))
}

/// A title without the parts of it that hold a name: of what is confidential the title does not say whose it is.
pub fn without_name(title: &str, name: &str) -> String {
    if name.chars().count() < 2 || !title.contains(name) {
        return title.to_owned();
    }
    let parts: Vec<&str> =
        title.split_inclusive(['，', ',', '、', '：', ':', '。']).filter(|p| !p.contains(name)).collect();
    let rest = parts.concat();
    let rest = rest.trim_end_matches(['，', ',', '、', '：', ':']).trim();
    if readable(rest) { rest.to_owned() } else { String::new() }
}

fn cut(line: &str) -> String {
    if line.chars().count() <= LONG {
        return line.to_owned();
    }
    let mut short: Vec<char> = line.chars().take(LONG).collect();
    // Not in the middle of a number or a word.
    let goes_on = line.chars().nth(LONG).is_some_and(|c| c.is_ascii_alphanumeric());
    if goes_on {
        let word = short.iter().rev().take_while(|c| c.is_ascii_alphanumeric()).count();
        short.truncate(short.len() - word);
    }
    format!("{}…", short.into_iter().collect::<String>().trim_end())
}

/// Whether there is something to read: letters, not only signs.
fn readable(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphanumeric()).count() >= 2
}

/// What a sentence is about, behind its greeting and behind who writes; `None` when it is nothing but that.
fn subject(sentence: &str) -> Option<String> {
    if is_heading(sentence) {
        return None;
    }
    let mut rest = sentence;
    while let Some((first, more)) = clause(rest) {
        if !(is_greeting(first) || is_introduction(first) || terms::names_a_person(first)) {
            break;
        }
        rest = more;
    }
    let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && !"“‘《（(".contains(c)).trim();
    (readable(rest) && !is_greeting(rest) && !is_introduction(rest) && !terms::names_a_person(rest))
        .then(|| rest.to_owned())
}

/// The first part of a sentence and what follows it.
fn clause(sentence: &str) -> Option<(&str, &str)> {
    // A blank parts Chinese, not the words of other languages.
    let parts = |(at, sign): (usize, char)| match sign {
        '，' | ',' | '：' | ':' | '、' => true,
        ' ' | '\u{3000}' => {
            sentence.get(at + sign.len_utf8()..).and_then(|r| r.chars().next()).is_some_and(text::is_han)
        }
        _ => false,
    };
    let (at, sign) = sentence.char_indices().find(|c| parts(*c))?;
    Some((sentence.get(..at)?.trim(), sentence.get(at + sign.len_utf8()..)?.trim()))
}

fn plain(text: &str) -> String {
    text::folded(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// 尊敬的领导, 您好, 各位领导, 县委书记: whom it greets.
fn is_greeting(part: &str) -> bool {
    const STARTS: &[&str] = &["尊敬的", "敬爱的", "亲爱的", "尊敬", "致", "dear"];
    const WHOLE: &[&str] = &[
        "您好",
        "你好",
        "您们好",
        "你们好",
        "大家好",
        "打扰了",
        "冒昧打扰",
        "感谢百忙之中",
        "辛苦了",
        "hello",
        "hi",
        "dearsir",
        "dearsirormadam",
    ];
    const WHO: &[&str] = &[
        "领导",
        "书记",
        "县长",
        "市长",
        "省长",
        "区长",
        "镇长",
        "乡长",
        "局长",
        "主任",
        "主席",
        "同志",
        "部门",
        "信访局",
        "信访办",
        "政府",
        "县委",
        "市委",
        "纪委",
        "纪检组",
    ];
    let words = plain(part);
    let short = words.chars().count() <= 16;
    let bare = words.trim_end_matches("您好").trim_end_matches("你好").trim_end_matches('好');
    WHOLE.contains(&words.as_str())
        || (short && STARTS.iter().any(|s| words.starts_with(s)) && !words.contains("关于"))
        || (short
            && WHO.iter().any(|w| bare.ends_with(w))
            && !["反映", "举报", "投诉", "关于", "请求", "要求", "不作为", "问题"].iter().any(|w| words.contains(w)))
}

/// 我是青石镇居民, 本人张三: who writes.
fn is_introduction(part: &str) -> bool {
    const STARTS: &[&str] = &[
        "我是",
        "我叫",
        "我们是",
        "我系",
        "本人是",
        "本人系",
        "本人叫",
        "我名叫",
        "我姓",
        "我们系",
        "我家住",
        "我住在",
        "本人住",
        "本人姓名",
        "本人",
    ];
    const WRITES: &[&str] = &[
        "我要反映",
        "我想反映",
        "现反映",
        "现向您反映",
        "向您反映",
        "我来反映",
        "反映如下",
        "情况如下",
        "事情是这样的",
        "现将有关情况反映如下",
    ];
    let words = plain(part);
    let who = STARTS.iter().any(|s| words.starts_with(s)) && words.chars().count() <= 30;
    who || WRITES.contains(&words.as_str())
}

/// A line that heads a letter or names its writer: 举报信, 信访材料, 姓名：张三, 联系电话.
fn is_heading(sentence: &str) -> bool {
    const WHOLE: &[&str] = &[
        "举报信",
        "检举信",
        "控告信",
        "投诉信",
        "信访材料",
        "上访材料",
        "上访信",
        "信访信",
        "反映材料",
        "情况反映",
        "情况说明",
        "申诉书",
        "申诉材料",
        "申请书",
        "请求书",
        "建议书",
        "实名举报",
        "匿名举报",
        "求助信",
        "公开信",
        "联名信",
        "此致",
        "敬礼",
        "此致敬礼",
    ];
    const FIELDS: &[&str] = &[
        "姓名",
        "反映人",
        "举报人",
        "投诉人",
        "信访人",
        "申诉人",
        "控告人",
        "申请人",
        "来信人",
        "写信人",
        "被举报人",
        "被投诉人",
        "被反映人",
        "性别",
        "年龄",
        "电话",
        "联系电话",
        "手机",
        "联系方式",
        "身份证",
        "身份证号",
        "住址",
        "地址",
        "家庭住址",
        "通信地址",
        "日期",
        "时间",
        "邮编",
        "电子邮箱",
        "邮箱",
    ];
    let words = plain(sentence);
    let head = sentence.split(['：', ':']).next().map(plain).unwrap_or_default();
    let is_field = sentence.contains(['：', ':']) && FIELDS.contains(&head.as_str());
    WHOLE.contains(&words.as_str()) || is_field || FIELDS.contains(&words.as_str())
}

#[cfg(test)]
mod tests {
    use super::{title_of, without_name};

    #[test]
    fn a_title_says_what_it_is_about() {
        for (text, wanted) in [
            ("尊敬的领导：\n您好！我是青石镇居民，我家门口路灯坏了三个月。", "我家门口路灯坏了三个月"),
            ("路灯坏了三个月。请修。", "路灯坏了三个月"),
            ("县委书记：\n　　我叫张三，反映我村水渠塌方无人管。", "反映我村水渠塌方无人管"),
            ("您好，小区电梯停运。", "小区电梯停运"),
            ("举报信\n举报人：李四\n联系电话：12345\n某局长收受红包。", "某局长收受红包"),
            ("小区电梯坏了，我是住在五楼的钱某", "小区电梯坏了，我是住在五楼的钱某"),
            ("关于请求解决安置房办证问题的信", "关于请求解决安置房办证问题的信"),
            ("信访局不作为，拖了半年。", "信访局不作为，拖了半年"),
            ("举报县住建局", "举报县住建局"),
            ("反映情况如下：一、拖欠工资", "反映情况如下：一、拖欠工资"),
            ("Dear Sir, the street light is broken.", "the street light is broken."),
            ("尊敬的领导您好", "尊敬的领导您好"),
            ("？？？", ""),
            ("\u{200b}", ""),
            ("。。。\n路灯", "路灯"),
        ] {
            assert_eq!(title_of(text), wanted, "{text}");
        }
        assert_eq!(without_name("小区电梯坏了，我是住在五楼的钱桂兰", "钱桂兰"), "小区电梯坏了");
        assert_eq!(without_name("钱桂兰反映电梯", "钱桂兰"), "");
        assert_eq!(without_name("电梯坏了", "钱桂兰"), "电梯坏了");
        let long = title_of(&"长".repeat(60));
        assert_eq!(long.chars().count(), 41);
    }
}
