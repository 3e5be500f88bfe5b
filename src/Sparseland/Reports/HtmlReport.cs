using System.Net;
using System.Text;

namespace Sparseland.Reports;

/// <summary>A report as one HTML page: headings, paragraphs, tables, plots and preformatted text, with its style inside. Opens without a network; prints well.</summary>
/// <param name="title">The page's title and first heading.</param>
public sealed class HtmlReport(string title)
{
    private const string Style =
        "body{font:16px/1.5 system-ui,sans-serif;max-width:980px;margin:2rem auto;padding:0 1rem;color:#1c1c1e;background:#fff}" +
        "h1{font-size:1.8rem;margin-bottom:.2rem}h2{margin-top:2.2rem;border-bottom:1px solid #8884;padding-bottom:.2rem}" +
        "table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}th,td{padding:.3rem .8rem;text-align:right;border-bottom:1px solid #8883}" +
        "th:first-child,td:first-child{text-align:left}th{font-weight:600}tr.strong td{font-weight:600}" +
        "pre{background:#8881;padding:1rem;border-radius:6px;white-space:pre-wrap}svg{max-width:100%;height:auto;margin:1rem 0}.scroll{overflow-x:auto}" +
        "p.verdict{background:#0072b21a;border-left:4px solid #0072B2;padding:.6rem 1rem}" +
        "@media(prefers-color-scheme:dark){body{background:#161618;color:#e6e6e8}}";

    private readonly StringBuilder _body = new();

    /// <summary>A heading of the second level.</summary>
    public HtmlReport Heading(string text) => Add($"<h2>{Escape(text)}</h2>");

    /// <summary>A paragraph.</summary>
    public HtmlReport Paragraph(string text) => Add($"<p>{Escape(text)}</p>");

    /// <summary>A paragraph that stands out: what the figures mean.</summary>
    public HtmlReport Verdict(string text) => Add($"<p class=\"verdict\">{Escape(text)}</p>");

    /// <summary>Text as it is, such as a sample of a model or a recipe.</summary>
    public HtmlReport Preformatted(string text) => Add($"<pre>{Escape(text)}</pre>");

    /// <summary>A plot.</summary>
    public HtmlReport Plot(SvgPlot plot)
    {
        ArgumentNullException.ThrowIfNull(plot);
        return Add(plot.ToSvg());
    }

    /// <summary>A table.</summary>
    /// <param name="columns">Headings.</param>
    /// <param name="rows">Cells, as texts.</param>
    /// <param name="strong">Which rows stand out; null for none.</param>
    public HtmlReport Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, Func<int, bool>? strong = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rows);
        _body.Append("<div class=\"scroll\"><table><thead><tr>");
        foreach (var column in columns)
            _body.Append("<th>").Append(Escape(column)).Append("</th>");
        _body.Append("</tr></thead><tbody>");
        var index = 0;
        foreach (var row in rows)
        {
            _body.Append(strong?.Invoke(index++) == true ? "<tr class=\"strong\">" : "<tr>");
            foreach (var cell in row)
                _body.Append("<td>").Append(Escape(cell)).Append("</td>");
            _body.Append("</tr>");
        }
        return Add("</tbody></table></div>");
    }

    /// <summary>The whole page.</summary>
    public string ToHtml() =>
        $"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{Escape(title)}</title><style>{Style}</style></head>\n<body><h1>{Escape(title)}</h1>\n{_body}</body></html>\n";

    private HtmlReport Add(string html)
    {
        _body.Append(html).Append('\n');
        return this;
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
