using System.Globalization;
using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Masks;

/// <summary>Exactly <see cref="Keep"/> of every <see cref="Group"/> neighbouring columns of a row are kept.</summary>
public sealed record NofMPattern : Pattern
{
    /// <summary>Makes the pattern.</summary>
    /// <param name="keep">N, 1 to M.</param>
    /// <param name="group">M, 2 to 32.</param>
    /// <exception cref="InvalidSettingException">Outside these ranges.</exception>
    public NofMPattern(int keep, int group)
    {
        if (group is < 2 or > 32 || keep < 1 || keep > group)
            throw new InvalidSettingException($"the pattern {keep}:{group} does not exist: keep N of M with M from 2 to 32 and N from 1 to M, such as 2:4");
        Keep = keep;
        Group = group;
    }

    /// <summary>N: how many of a group are kept.</summary>
    public int Keep { get; }

    /// <summary>M: the columns of a group.</summary>
    public int Group { get; }

    /// <inheritdoc/>
    public override string LayoutName => ToString();

    /// <inheritdoc/>
    public override double? FixedSparsity => 1 - (double)Keep / Group;

    /// <inheritdoc/>
    public override void Validate(int rows, int columns, string name = "the matrix")
    {
        if (columns % Group != 0)
            throw new InvalidSettingException($"the pattern {this} needs columns in groups of {Group}, and {name} has {columns}: choose a group that divides {columns}, or another pattern");
    }

    /// <inheritdoc/>
    public override string? FirstViolation(Mask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        for (var row = 0; row < mask.Rows; row++)
        {
            var words = mask.Row(row);
            for (var start = 0; start < mask.Columns; start += Group)
            {
                // Bits beyond the last column are zero.
                var (word, bit) = (start >> 6, start & 63);
                var bits = words[word] >> bit;
                if (bit + Group > 64 && word + 1 < words.Length)
                    bits |= words[word + 1] << (64 - bit);
                var kept = BitOperations.PopCount(bits & ((1UL << Group) - 1));
                if (kept != Keep)
                    return $"row {row} keeps {kept} of columns {start} to {Math.Min(start + Group, mask.Columns) - 1}, not {Keep} of {Group}";
            }
        }
        return null;
    }

    /// <summary>"2:4".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Keep}:{Group}");
}
