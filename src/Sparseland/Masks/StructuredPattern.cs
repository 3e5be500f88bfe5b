using System.Globalization;
using Sparseland.Errors;

namespace Sparseland.Masks;

/// <summary>
/// Whole neurons or heads go and the matrices become smaller: "neurons", "heads", "neurons+heads". Widths of feed-forward layers become multiples of <see cref="Unit"/>,
/// 16 unless the text says otherwise ("neurons:8"), so that rows fill the vector registers. No mask is left: what stays is dense.
/// </summary>
public sealed record StructuredPattern : Pattern
{
    private const int DefaultUnit = 16;
    private const int MaxUnit = 4096;

    /// <summary>Makes the pattern.</summary>
    /// <param name="structures">What is removed; not nothing.</param>
    /// <param name="unit">What feed-forward widths are multiples of, 1 to 4096.</param>
    /// <exception cref="InvalidSettingException">Outside these ranges.</exception>
    public StructuredPattern(StructureKinds structures, int unit = DefaultUnit)
    {
        if (structures == StructureKinds.None || (structures & ~(StructureKinds.Neurons | StructureKinds.Heads)) != 0)
            throw new InvalidSettingException("a structured pattern removes neurons, heads, or neurons+heads");
        if (unit is < 1 or > MaxUnit)
            throw new InvalidSettingException($"the pattern neurons:{unit} does not exist: widths are multiples of 1 to {MaxUnit}, such as neurons:16");
        (Structures, Unit) = (structures, unit);
    }

    /// <inheritdoc/>
    public override StructureKinds Structures { get; }

    /// <summary>What feed-forward widths are multiples of.</summary>
    public int Unit { get; }

    /// <inheritdoc/>
    public override string LayoutName => "dense";

    /// <summary>What the number of structures of a kind is a multiple of.</summary>
    public int UnitOf(StructureKinds kind) => kind == StructureKinds.Neurons ? Unit : 1;

    /// <summary>Any matrix can lose rows and columns.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="name">What the matrix is called.</param>
    public override void Validate(int rows, int columns, string name = "the matrix") { }

    /// <inheritdoc/>
    public override string? FirstViolation(Mask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        return mask.KeptCount == (long)mask.Rows * mask.Columns ? null : "a weight is missing from a matrix that should be whole";
    }

    /// <summary>"neurons", "neurons:8", "heads", "neurons+heads".</summary>
    public override string ToString()
    {
        var neurons = Unit == DefaultUnit ? "neurons" : string.Create(CultureInfo.InvariantCulture, $"neurons:{Unit}");
        return Structures == StructureKinds.Heads ? "heads" : Structures == StructureKinds.Neurons ? neurons : $"{neurons}+heads";
    }

    internal static bool TryParse(string text, out StructuredPattern? pattern)
    {
        pattern = null;
        var (structures, unit) = (StructureKinds.None, DefaultUnit);
        foreach (var part in text.Split('+'))
        {
            var kind = part == "heads" ? StructureKinds.Heads : part == "neurons" || part.StartsWith("neurons:", StringComparison.Ordinal) ? StructureKinds.Neurons : StructureKinds.None;
            if (kind == StructureKinds.None || structures.HasFlag(kind))
                return false;
            if (part.Length > "neurons:".Length && !int.TryParse(part.AsSpan("neurons:".Length), NumberStyles.None, CultureInfo.InvariantCulture, out unit))
                return false;
            if (part.EndsWith(':'))
                return false;
            structures |= kind;
        }
        pattern = new StructuredPattern(structures, unit);
        return true;
    }
}
