using System.Globalization;

namespace Sparseland.Language.Tokenizers.Normalizers;

/// <summary>Decompositions, compositions and combining classes of Unicode, from the embedded UnicodeData.txt; Hangul by rule (Standard, section 3.12).</summary>
internal sealed class UnicodeTable
{
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Tails = 28;

    // The longest decomposition has eighteen code points.
    private const int LongestEntry = 20;

    private static readonly Lazy<UnicodeTable> Shared = new(() => new UnicodeTable());

    private readonly Dictionary<int, int[]> canonical = [];
    private readonly Dictionary<int, int[]> compatibility = [];
    private readonly Dictionary<ulong, int> compositions = [];
    private readonly Dictionary<int, int> classes = [];

    // By UTF-16 unit and form (canonical or compatible, composed or not): whether it can be left as it stands whatever is beside it.
    private readonly bool[][] inert = new bool[4][];

    private UnicodeTable()
    {
        using var stream = typeof(UnicodeTable).Assembly.GetManifestResourceStream("Sparseland.Language.UnicodeData.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            Add(line);
        var seconds = compositions.Keys.Select(pair => (int)(uint)pair).ToHashSet();
        for (var form = 0; form < inert.Length; form++)
        {
            inert[form] = new bool[char.MaxValue + 1];
            for (var unit = 0; unit <= char.MaxValue; unit++)
                inert[form][unit] = Decide(unit, composes: (form & 1) != 0, compatible: (form & 2) != 0, seconds);
        }
    }

    /// <summary>The one table, read when it is first needed.</summary>
    public static UnicodeTable Instance => Shared.Value;

    /// <summary>Whether a UTF-16 unit neither changes nor combines in a form.</summary>
    public bool IsInert(char unit, bool composes, bool compatible) => inert[(composes ? 1 : 0) + (compatible ? 2 : 0)][unit];

    /// <summary>The canonical combining class; zero for what begins a new cluster.</summary>
    public int CombiningClass(int point) => classes.GetValueOrDefault(point);

    /// <summary>Appends the full decomposition of a code point.</summary>
    public void Decompose(int point, bool compatible, List<int> destination)
    {
        var syllable = point - SyllableBase;
        if (syllable is >= 0 and < Leads * Vowels * Tails)
        {
            destination.Add(LeadBase + (syllable / (Vowels * Tails)));
            destination.Add(VowelBase + (syllable / Tails % Vowels));
            if (syllable % Tails != 0)
                destination.Add(TailBase + (syllable % Tails));
            return;
        }
        if (!canonical.TryGetValue(point, out var parts) && !(compatible && compatibility.TryGetValue(point, out parts)))
        {
            destination.Add(point);
            return;
        }
        foreach (var part in parts)
            Decompose(part, compatible, destination);
    }

    /// <summary>The code point that two compose to, or null.</summary>
    public int? Compose(int first, int second)
    {
        if (first - LeadBase is >= 0 and < Leads && second - VowelBase is >= 0 and < Vowels)
            return SyllableBase + ((((first - LeadBase) * Vowels) + second - VowelBase) * Tails);
        if (first - SyllableBase is >= 0 and < Leads * Vowels * Tails && (first - SyllableBase) % Tails == 0 && second - TailBase is > 0 and < Tails)
            return first + second - TailBase;
        return compositions.TryGetValue(Pair(first, second), out var composed) ? composed : null;
    }

    private static ulong Pair(int first, int second) => ((ulong)(uint)first << 32) | (uint)second;

    // A sign, then hexadecimal numbers: see the head of the file.
    private void Add(string line)
    {
        if (line[0] == '#')
            return;
        Span<int> numbers = stackalloc int[LongestEntry];
        var count = 0;
        foreach (var range in line.AsSpan(2).Split(' '))
            numbers[count++] = int.Parse(line.AsSpan(2)[range], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (line[0] == '^')
        {
            for (var point = numbers[0]; point <= numbers[1]; point++)
                classes[point] = numbers[2];
            return;
        }
        (line[0] == '~' ? compatibility : canonical)[numbers[0]] = numbers[1..count].ToArray();
        if (line[0] == '=')
            compositions[Pair(numbers[1], numbers[2])] = numbers[0];
    }

    private bool Decide(int unit, bool composes, bool compatible, HashSet<int> seconds)
    {
        // Surrogates, marks, second parts of compositions and the vowels and tails of Hangul depend on their neighbours.
        if (char.IsSurrogate((char)unit) || classes.ContainsKey(unit) || unit is >= VowelBase and < TailBase + Tails || seconds.Contains(unit))
            return false;
        if (unit is >= SyllableBase and < SyllableBase + (Leads * Vowels * Tails))
            return composes;
        if (compatible && compatibility.ContainsKey(unit))
            return false;
        if (!canonical.TryGetValue(unit, out var parts))
            return true;
        // A composed letter stays when it composes again and, in a compatible form, none of its parts changes.
        return composes && parts.Length == 2 && compositions.ContainsKey(Pair(parts[0], parts[1])) && !(compatible && ChangesFurther(unit));
    }

    private bool ChangesFurther(int point)
    {
        List<int> plain = [], compatible = [];
        Decompose(point, compatible: false, plain);
        Decompose(point, compatible: true, compatible);
        return !plain.SequenceEqual(compatible);
    }
}
