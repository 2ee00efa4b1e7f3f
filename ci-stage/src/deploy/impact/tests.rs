use super::*;

const BEFORE: &str = "invoice_id,total\nA,10.00\nB,20.00\nC,30.00\n";

fn changes(after: &str) -> Changes {
    Changes::between(BEFORE, after).unwrap()
}

#[test]
fn the_report_says_how_many_whose_by_how_much_the_largest_and_the_sum() {
    let changes = changes("invoice_id,total\nA,10.50\nB,18.00\nC,30\n");
    assert_eq!(
        text(&changes, Path::new("impact.html")),
        "2 of 3 invoices cost another amount: -1.50 in all, the largest change is -2.00\n \
         invoice_id  before  after  change\n \
         B           20.00   18.00  -2.00\n \
         A           10.00   10.50  0.50\n\
         all of them: impact.html"
    );
}

#[test]
fn the_histogram_counts_every_change_once() {
    let bars = histogram(&changes("invoice_id,total\nA,11.20\nB,20.00\nC,28.80\n"));
    assert_eq!(bars.len(), 12);
    assert_eq!((bars[0].from.as_str(), bars[0].count), ("-1.20", 1));
    assert_eq!((bars[11].to.as_str(), bars[11].percent), ("+1.20", 100));
    let all: usize = bars.iter().map(|bar| bar.count).sum();
    assert_eq!(all, 2);
    let one = histogram(&changes("invoice_id,total\nA,11\nB,21\nC,30\n"));
    assert_eq!((one.len(), one[0].count), (1, 2));
    assert!(histogram(&changes(BEFORE)).is_empty());
}

#[test]
fn the_page_escapes_whatever_stands_in_the_tables() {
    let page = html(&changes("invoice_id,total\n<b>,1\nA,11\nB,20.00\n")).unwrap();
    assert!(
        page.contains("&lt;b&gt;") && !page.contains("<b>"),
        "{page}"
    );
    assert!(page.contains("A person has to approve this."));
    assert!(page.contains("1 gone, the first is C; 1 new, the first is &lt;b&gt;"));
    let same = html(&changes(BEFORE)).unwrap();
    assert!(same.contains("Nobody has to approve this."));
}

#[test]
fn output_that_is_no_table_is_compared_by_its_lines() {
    assert_eq!(
        untabled("total 1\nx", "total 2\nx", "no amount"),
        "what they print differs, and is no table of amounts (no amount); first at line 1\n  \
         before: total 1\n  after:  total 2"
    );
    assert!(untabled("x", "x\ny", "").ends_with("one goes on where the other ends"));
    assert!(untabled("x", "x", "").starts_with("both print the same"));
}
