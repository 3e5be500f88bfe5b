using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Trees.Omnitrees;

/// <summary>How a tree is grown to a body.</summary>
public sealed record ShapeFitOptions
{
    /// <summary>The most boxes, at least 1.</summary>
    public int Boxes { get; init; } = 4096;

    /// <summary>Which bisections are chosen among.</summary>
    public ShapeCriterion Criterion { get; init; } = ShapeCriterion.Omni1;

    /// <summary>Rows of the Saltelli design, a power of two, 2 to 65,536; each box is sampled at 2 d + 2 times as many points.</summary>
    public int BaseSize { get; init; } = 512;

    /// <summary>Bins of one dimension for its Sobol index, 2 to 64. With 2 an index is what the bisection itself would explain, which is nothing for a plate in the middle of a box.</summary>
    public int Bins { get; init; } = 8;

    /// <summary>
    /// The least that a dimension counts, as a share of its total effect, 0 to 1. Without it boxes would starve in which no single dimension explains anything, such as where two half-spaces meet like an
    /// exclusive or.
    /// </summary>
    public double Floor { get; init; } = 0.01;

    /// <summary>The deepest level in any dimension, 1 to 62.</summary>
    public int MaximumLevel { get; init; } = 30;

    /// <summary>Random points in a box that vote whether it is full; 0 for eight times the base size.</summary>
    public int OccupancySamples { get; init; }

    /// <summary>Random points at which fit and body are compared; 0 measures no error.</summary>
    public int ErrorSamples { get; init; } = 1 << 18;

    /// <summary>Whether errors are measured at 8, 16, 32, ... boxes on the way too, where growth then stops for a moment.</summary>
    public bool Curve { get; init; } = true;

    /// <summary>The seed of everything random.</summary>
    public ulong Seed { get; init; } = 1;

    internal int OccupancyPoints => OccupancySamples == 0 ? 8 * BaseSize : OccupancySamples;

    internal void Check(int dimensions)
    {
        Omnitree.RequireDimensions(dimensions);
        Require(Boxes >= 1 && Boxes <= Omnitree.MaximumNodes / 2, $"a budget of {Boxes} boxes: it must be 1 to {Omnitree.MaximumNodes / 2}");
        Require(BaseSize is >= 2 and <= 65536 && BitOperations.IsPow2(BaseSize), $"a base size of {BaseSize}: it must be a power of two from 2 to 65,536");
        Require(Bins is >= 2 and <= 64, $"{Bins} bins: there must be 2 to 64");
        Require(Floor is >= 0 and <= 1, $"a floor of {Floor}: it must be 0 to 1");
        Require(MaximumLevel is >= 1 and <= Omnitree.MaximumLevel, $"a deepest level of {MaximumLevel}: it must be 1 to {Omnitree.MaximumLevel}");
        Require(OccupancySamples >= 0 && ErrorSamples >= 0, $"{Math.Min(OccupancySamples, ErrorSamples)} samples: there cannot be fewer than none");
        Require(Criterion != ShapeCriterion.OmniFull || dimensions <= 6, $"subsets of {dimensions} dimensions: all of them are tried for up to 6; use single dimensions");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new InvalidSettingException(otherwise);
    }
}
