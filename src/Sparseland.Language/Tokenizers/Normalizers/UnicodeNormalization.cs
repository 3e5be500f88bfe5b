using System.Text;

namespace Sparseland.Language.Tokenizers.Normalizers;

/// <summary>
/// The four normalisation forms of Unicode (Standard Annex 15). .NET leaves text as it is when it runs without ICU (invariant globalisation), as we do
/// so that nothing native is needed; so the forms are here, over the table of <see cref="UnicodeTable"/>.
/// </summary>
internal static class UnicodeNormalization
{
    /// <summary>The text in a form; the same instance when it is in that form already and that is quickly seen.</summary>
    public static string Normalize(string text, NormalizationForm form)
    {
        var compatible = form is NormalizationForm.FormKC or NormalizationForm.FormKD;
        var composes = form is NormalizationForm.FormC or NormalizationForm.FormKC;
        var table = UnicodeTable.Instance;
        if (IsStable(text, table, composes, compatible))
            return text;
        var points = new List<int>(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
            table.Decompose(rune.Value, compatible, points);
        Order(points, table);
        if (composes)
            Compose(points, table);
        var result = new StringBuilder(points.Count + 16);
        Span<char> units = stackalloc char[2];
        foreach (var point in points)
            result.Append(units[..new Rune(point).EncodeToUtf16(units)]);
        return result.ToString();
    }

    // No character that changes, combines with its neighbours or is half of a pair.
    private static bool IsStable(string text, UnicodeTable table, bool composes, bool compatible)
    {
        foreach (var unit in text)
            if (unit >= 0x80 && !table.IsInert(unit, composes, compatible))
                return false;
        return true;
    }

    // Canonical ordering: marks after a starter by their class, those of one class as they stand.
    private static void Order(List<int> points, UnicodeTable table)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var combiningClass = table.CombiningClass(points[i]);
            if (combiningClass == 0)
                continue;
            var start = i;
            while (start > 0 && table.CombiningClass(points[start - 1]) != 0)
                start--;
            var end = i + 1;
            while (end < points.Count && table.CombiningClass(points[end]) != 0)
                end++;
            // A stable sort, and one of n log n: a hostile text may pile up a million marks.
            var ordered = points.GetRange(start, end - start).OrderBy(table.CombiningClass).ToArray();
            for (var j = 0; j < ordered.Length; j++)
                points[start + j] = ordered[j];
            i = end - 1;
        }
    }

    private static void Compose(List<int> points, UnicodeTable table)
    {
        var (kept, starter, lastClass) = (0, -1, 0);
        for (var i = 0; i < points.Count; i++)
        {
            var point = points[i];
            var combiningClass = table.CombiningClass(point);
            // Blocked when a mark of the same or a higher class, or a starter, stands between.
            var adjoins = starter >= 0 && (kept == starter + 1 || (lastClass != 0 && lastClass < combiningClass));
            if (adjoins && table.Compose(points[starter], point) is { } composed)
            {
                points[starter] = composed;
                continue;
            }
            if (combiningClass == 0)
                starter = kept;
            lastClass = combiningClass;
            points[kept++] = point;
        }
        points.RemoveRange(kept, points.Count - kept);
    }
}
