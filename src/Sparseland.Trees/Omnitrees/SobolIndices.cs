using System.Numerics;

namespace Sparseland.Trees.Omnitrees;

/// <summary>
/// How much of an indicator's variance in a box which dimensions explain. First-order and closed indices by bins: the variance of the bins' means less what chance alone would give it, over the whole variance,
/// never below zero (the plain estimator of Saltelli's design can be, for indicators too). Total effects after Jansen ("Analysis of variance designs for model output", 1999).
/// </summary>
internal sealed class SobolIndices
{
    private const int BinsOfPairs = 4;
    private const int MostCells = 256;

    private readonly SaltelliDesign _design;
    private readonly byte[]?[] _cells;
    private readonly int[]?[] _sizes;

    /// <summary>Sorts the design's points into cells.</summary>
    /// <param name="design">The points.</param>
    /// <param name="bins">Bins of one dimension.</param>
    /// <param name="subsets">Whether several dimensions together are asked for too: pairs in 4 x 4 cells, more in halves.</param>
    public SobolIndices(SaltelliDesign design, int bins, bool subsets)
    {
        _design = design;
        _cells = new byte[1 << design.Dimensions][];
        _sizes = new int[1 << design.Dimensions][];
        for (var mask = 1; mask < _cells.Length; mask++)
        {
            var members = BitOperations.PopCount((uint)mask);
            if (members == 1 || subsets)
                Sort(mask, members switch { 1 => bins, 2 => BinsOfPairs, _ => 2 });
        }
    }

    /// <summary>The share of the variance that the dimensions of a mask explain together.</summary>
    /// <param name="mask">The dimensions.</param>
    /// <param name="inside">The indicator at the design's points.</param>
    /// <param name="mean">Its mean, neither 0 nor 1.</param>
    public double Closed(int mask, ReadOnlySpan<bool> inside, double mean)
    {
        var (cells, sizes) = (_cells[mask]!, _sizes[mask]!);
        Span<int> hits = stackalloc int[MostCells];
        hits.Clear();
        for (var i = 0; i < inside.Length; i++)
            hits[cells[i]] += inside[i] ? 1 : 0;
        var (between, filled) = (0.0, 0);
        for (var cell = 0; cell < sizes.Length; cell++)
        {
            if (sizes[cell] == 0)
                continue;
            var deviation = hits[cell] / (double)sizes[cell] - mean;
            between += sizes[cell] * deviation * deviation;
            filled++;
        }
        var variance = mean * (1 - mean);
        between /= inside.Length;
        var chance = (filled - 1) * (variance - between) / Math.Max(1, inside.Length - filled);
        return Math.Clamp((between - chance) / variance, 0, 1);
    }

    /// <summary>The share of the variance that is gone when all dimensions but one are known.</summary>
    /// <param name="dimension">The one.</param>
    /// <param name="inside">The indicator at the design's points.</param>
    /// <param name="mean">Its mean, neither 0 nor 1.</param>
    public double Total(int dimension, ReadOnlySpan<bool> inside, double mean)
    {
        var changes = 0;
        for (var row = 0; row < _design.Rows; row++)
        {
            var answers = inside.Slice(row * _design.PerRow, _design.PerRow);
            changes += answers[0] != answers[2 + dimension] ? 1 : 0;
            changes += answers[1] != answers[2 + _design.Dimensions + dimension] ? 1 : 0;
        }
        return Math.Min(1, changes / (4.0 * _design.Rows * mean * (1 - mean)));
    }

    private void Sort(int mask, int binsPerDimension)
    {
        var members = BitOperations.PopCount((uint)mask);
        var cells = new byte[_design.Count];
        var sizes = new int[(int)Math.Pow(binsPerDimension, members)];
        for (var i = 0; i < cells.Length; i++)
        {
            var cell = 0;
            for (var left = mask; left != 0; left &= left - 1)
                cell = cell * binsPerDimension + (int)(_design.Points[i * _design.Dimensions + BitOperations.TrailingZeroCount(left)] * binsPerDimension);
            cells[i] = (byte)cell;
            sizes[cell]++;
        }
        (_cells[mask], _sizes[mask]) = (cells, sizes);
    }
}
