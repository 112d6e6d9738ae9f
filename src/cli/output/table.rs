//! The AWS CLI's table format, with its section titles and ASCII borders.

use std::io::{self, Write};

use super::{is_scalar, scalar_text};
use crate::value::{List, Map, Value};

/// Writes a value under the title of its operation.
pub(super) fn write(out: &mut dyn Write, value: &Value, title: &str) -> io::Result<()> {
    let mut sections = Sections::default();
    sections.add(value, title, 0);
    sections.render(out)
}

/// The sections of a table, from top to bottom.
#[derive(Default)]
struct Sections(Vec<Section>);

struct Section {
    title: String,
    /// How deep it lies; each level is framed once more.
    level: usize,
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sections {
    fn add(&mut self, value: &Value, title: &str, level: usize) {
        match value {
            Value::Map(map) => self.add_map(map, title, level),
            Value::List(list) => self.add_list(list, title, level),
            scalar => self.push(title, level, vec![], vec![vec![scalar_text(scalar)]]),
        }
    }

    fn push(&mut self, title: &str, level: usize, headers: Vec<String>, rows: Vec<Vec<String>>) {
        self.0.push(Section { title: title.to_owned(), level, headers, rows });
    }

    /// A map of few scalars is a row under its keys; one of many is a column of keys and values.
    fn add_map(&mut self, map: &Map, title: &str, level: usize) {
        const MOST_COLUMNS: usize = 6;
        let mut scalars: Vec<(&str, &Value)> =
            map.iter().map(|(key, value)| (key.as_str(), value)).filter(|(_, value)| is_scalar(value)).collect();
        let mut others: Vec<(&str, &Value)> =
            map.iter().map(|(key, value)| (key.as_str(), value)).filter(|(_, value)| !is_scalar(value)).collect();
        scalars.sort_by_key(|(key, _)| *key);
        others.sort_by_key(|(key, _)| *key);
        if scalars.len() > MOST_COLUMNS {
            self.push(title, level, vec![], scalars.iter().map(|(key, value)| vec![(*key).to_owned(), scalar_text(value)]).collect());
        } else if scalars.is_empty() {
            self.push(title, level, vec![], vec![]);
        } else {
            let headers = scalars.iter().map(|(key, _)| (*key).to_owned()).collect();
            self.push(title, level, headers, vec![scalars.iter().map(|(_, value)| scalar_text(value)).collect()]);
        }
        others.into_iter().for_each(|(key, value)| self.add(value, key, level + 1));
    }

    fn add_list(&mut self, list: &List, title: &str, level: usize) {
        let maps: Vec<&Map> = list.iter().filter_map(Value::as_map).collect();
        if maps.is_empty() {
            return self.add_plain_list(list, title, level);
        }
        let mut columns: Vec<&str> =
            maps.iter().flat_map(|map| map.iter()).filter(|(_, value)| is_scalar(value)).map(|(key, _)| key.as_str()).collect();
        columns.sort_unstable();
        columns.dedup();
        let is_flat = maps.iter().all(|map| map.values().all(is_scalar));
        if is_flat && columns.len() <= 6 {
            let headers = columns.iter().map(|key| (*key).to_owned()).collect();
            let row = |map: &&Map| columns.iter().map(|key| map.get(key).map(scalar_text).unwrap_or_default()).collect();
            return self.push(title, level, headers, maps.iter().map(row).collect());
        }
        maps.into_iter().for_each(|map| self.add_map(map, title, level));
    }

    fn add_plain_list(&mut self, list: &List, title: &str, level: usize) {
        if list.iter().any(|item| item.as_list().is_some()) {
            let row = |item: &Value| match item {
                Value::List(cells) => cells.iter().map(scalar_text).collect(),
                scalar => vec![scalar_text(scalar)],
            };
            return self.push(title, level, vec![], list.iter().map(row).collect());
        }
        self.push(title, level, vec![], list.iter().map(|item| vec![scalar_text(item)]).collect());
    }

    fn render(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = self.0.iter().map(Section::width).max().unwrap_or(0);
        if let Some(first) = self.0.first() {
            writeln!(out, "{}", "-".repeat(width - 2 * first.level))?;
        }
        for (i, section) in self.0.iter().enumerate() {
            section.render(out, width, i == 0)?;
        }
        Ok(())
    }
}

impl Section {
    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).chain([self.headers.len()]).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().chain([&self.headers]).filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count() + 4).max().unwrap_or(0)
        };
        (0..columns).map(width).collect()
    }

    fn width(&self) -> usize {
        let widths = self.widths();
        let content = widths.iter().sum::<usize>() + widths.len().saturating_sub(1) + 2;
        content.max(self.title.chars().count() + 4) + 2 * self.level
    }

    fn render(&self, out: &mut dyn Write, width: usize, is_first: bool) -> io::Result<()> {
        let frame = "|".repeat(self.level);
        let inner = width - 2 * self.level;
        if !is_first {
            writeln!(out, "{frame}{}{frame}", edge(inner, '-'))?;
        }
        writeln!(out, "{frame}|{}|{frame}", centered(&self.title, inner - 2))?;
        if self.rows.is_empty() {
            return writeln!(out, "{frame}{}{frame}", edge(inner, '-'));
        }
        let widths = scaled(&self.widths(), inner);
        let border = border(&widths);
        writeln!(out, "{frame}{border}{frame}")?;
        if !self.headers.is_empty() {
            writeln!(out, "{frame}{}{frame}", row(&self.headers, &widths, centered))?;
            writeln!(out, "{frame}{border}{frame}")?;
        }
        for cells in &self.rows {
            writeln!(out, "{frame}{}{frame}", row(cells, &widths, left))?;
        }
        writeln!(out, "{frame}{border}{frame}")
    }
}

fn edge(width: usize, fill: char) -> String {
    format!("+{}+", fill.to_string().repeat(width - 2))
}

fn border(widths: &[usize]) -> String {
    let parts: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    format!("+{}+", parts.join("+"))
}

fn row(cells: &[String], widths: &[usize], place: impl Fn(&str, usize) -> String) -> String {
    let cells = widths.iter().enumerate().map(|(i, width)| place(cells.get(i).map_or("", String::as_str), *width));
    format!("|{}|", cells.collect::<Vec<_>>().join("|"))
}

fn left(text: &str, width: usize) -> String {
    let filled = format!("  {text}");
    format!("{filled}{}", " ".repeat(width.saturating_sub(filled.chars().count())))
}

fn centered(text: &str, width: usize) -> String {
    let free = width.saturating_sub(text.chars().count());
    format!("{}{text}{}", " ".repeat(free / 2), " ".repeat(free - free / 2))
}

/// Widens the columns so that they fill the width.
fn scaled(widths: &[usize], inner: usize) -> Vec<usize> {
    let target = inner - 2 - widths.len().saturating_sub(1);
    let sum: usize = widths.iter().sum::<usize>().max(1);
    let mut scaled: Vec<usize> = widths.iter().map(|width| width * target / sum).collect();
    let missing = target - scaled.iter().sum::<usize>();
    for width in scaled.iter_mut().rev().take(missing) {
        *width += 1;
    }
    scaled
}
