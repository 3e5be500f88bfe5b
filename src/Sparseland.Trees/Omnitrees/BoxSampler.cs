using System.Buffers;
using System.Numerics;
using Sparseland.Chance;
using Sparseland.Threads;

namespace Sparseland.Trees.Omnitrees;

/// <summary>Samples an indicator in boxes, several at once: for the rank of their best bisection, and for their occupancy. What comes out for a box depends on the box alone.</summary>
internal sealed class BoxSampler
{
    private const int BoxesPerPart = 4;
    private const int BoxesAtOnce = 256;
    private const int MaskOfNone = 0;

    private readonly IShapeIndicator _indicator;
    private readonly ShapeFitOptions _options;
    private readonly SaltelliDesign _design;
    private readonly SobolIndices _indices;

    public BoxSampler(IShapeIndicator indicator, ShapeFitOptions options)
    {
        (_indicator, _options) = (indicator, options);
        _design = new(indicator.Dimensions, options.BaseSize, options.Seed);
        _indices = new(_design, options.Bins, options.Criterion == ShapeCriterion.OmniFull);
    }

    /// <summary>Finds the best bisection of every box that was not sampled yet.</summary>
    /// <param name="locations">Where the boxes lie.</param>
    /// <param name="boxes">What is known of them.</param>
    /// <param name="remaining">Told after every few boxes how many are left.</param>
    /// <param name="cancellation">Heeded as often.</param>
    public void Rank(OmnitreeLocation[] locations, GrowthBox[] boxes, Action<int> remaining, CancellationToken cancellation) =>
        Run(locations, boxes, [.. Enumerable.Range(0, boxes.Length).Where(box => !boxes[box].IsSampled)], forOccupancy: false, remaining, cancellation);

    /// <summary>Finds whether every box of which it is not known yet is full: whether more than half of random points in it lie inside.</summary>
    /// <param name="locations">Where the boxes lie.</param>
    /// <param name="boxes">What is known of them.</param>
    /// <param name="remaining">Told after every few boxes how many are left.</param>
    /// <param name="cancellation">Heeded as often.</param>
    public void Occupy(OmnitreeLocation[] locations, GrowthBox[] boxes, Action<int> remaining, CancellationToken cancellation) =>
        Run(locations, boxes, [.. Enumerable.Range(0, boxes.Length).Where(box => boxes[box].IsOccupied is null)], forOccupancy: true, remaining, cancellation);

    private void Run(OmnitreeLocation[] locations, GrowthBox[] boxes, int[] list, bool forOccupancy, Action<int> remaining, CancellationToken cancellation)
    {
        for (var start = 0; start < list.Length; start += BoxesAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            var some = list[start..Math.Min(list.Length, start + BoxesAtOnce)];
            WorkerPool.Run((some.Length + BoxesPerPart - 1) / BoxesPerPart, new Work(this, locations, boxes, some, forOccupancy));
            remaining(list.Length - start - some.Length);
        }
    }

    private void RankOne(in OmnitreeLocation location, ref GrowthBox box, double[] points, bool[] inside)
    {
        box.IsSampled = true;
        var count = _design.Count;
        Place(location, _design.Points, points, count);
        var answers = inside.AsSpan(0, count);
        _indicator.Inside(points.AsSpan(0, count * _indicator.Dimensions), answers);
        var hits = answers.Count(true);
        if (hits == 0 || hits == count)
            return;
        var mean = hits / (double)count;
        var (mask, share) = Best(location, answers, mean);
        if (mask == MaskOfNone)
            return;
        var scale = mean * (1 - mean) * location.Volume;
        box.Mask = mask;
        box.Second = share * scale;
        box.First = _options.Criterion == ShapeCriterion.TwoTier ? scale : box.Second;
    }

    // The best bisection and its share of the scale.
    private (int Mask, double Share) Best(in OmnitreeLocation location, ReadOnlySpan<bool> inside, double mean)
    {
        var all = (1 << _indicator.Dimensions) - 1;
        var allowed = all;
        for (var dimension = 0; dimension < _indicator.Dimensions; dimension++)
            allowed &= location.Levels[dimension] < _options.MaximumLevel ? all : ~(1 << dimension);
        if (_options.Criterion == ShapeCriterion.Octree)
            return allowed == all ? (all, 1) : (MaskOfNone, 0);
        var (best, bestShare, bestLevel) = (MaskOfNone, -1.0, 0);
        for (var mask = 1; mask <= all; mask++)
        {
            var members = BitOperations.PopCount((uint)mask);
            if ((mask & ~allowed) != 0 || (members > 1 && _options.Criterion != ShapeCriterion.OmniFull))
                continue;
            var share = _indices.Closed(mask, inside, mean) / ((1 << members) - 1);
            var level = 0;
            if (members == 1)
            {
                var dimension = BitOperations.TrailingZeroCount(mask);
                level = location.Levels[dimension];
                share = Math.Max(share, _options.Floor * Math.Max(_options.Floor, _indices.Total(dimension, inside, mean)));
            }
            // Among equals the longest side, then the first.
            if (share > bestShare || (share == bestShare && level < bestLevel))
                (best, bestShare, bestLevel) = (mask, share, level);
        }
        return (best, bestShare);
    }

    private void OccupyOne(in OmnitreeLocation location, ref GrowthBox box, double[] points, bool[] inside)
    {
        var count = _options.OccupancyPoints;
        var random = new RandomStream(_options.Seed, "occupancy", location.Hash());
        var coordinates = points.AsSpan(0, count * _indicator.Dimensions);
        foreach (ref var coordinate in coordinates)
            coordinate = random.NextDouble();
        Place(location, points, points, count);
        _indicator.Inside(coordinates, inside.AsSpan(0, count));
        box.IsOccupied = 2 * inside.AsSpan(0, count).Count(true) > count;
    }

    private static void Place(in OmnitreeLocation location, double[] unit, double[] points, int count)
    {
        var dimensions = location.Dimensions;
        for (var dimension = 0; dimension < dimensions; dimension++)
        {
            var (minimum, extent) = (location.Minimum(dimension), location.Extent(dimension));
            for (var at = dimension; at < count * dimensions; at += dimensions)
                points[at] = minimum + extent * unit[at];
        }
    }

    private readonly struct Work(BoxSampler sampler, OmnitreeLocation[] locations, GrowthBox[] boxes, int[] list, bool forOccupancy) : IParallelWork
    {
        public void Run(int part)
        {
            var count = Math.Max(sampler._design.Count, forOccupancy ? sampler._options.OccupancyPoints : 0);
            var points = ArrayPool<double>.Shared.Rent(count * locations[0].Dimensions);
            var inside = ArrayPool<bool>.Shared.Rent(count);
            for (var i = part * BoxesPerPart; i < Math.Min(list.Length, (part + 1) * BoxesPerPart); i++)
            {
                var box = list[i];
                if (forOccupancy)
                    sampler.OccupyOne(locations[box], ref boxes[box], points, inside);
                else
                    sampler.RankOne(locations[box], ref boxes[box], points, inside);
            }
            ArrayPool<double>.Shared.Return(points);
            ArrayPool<bool>.Shared.Return(inside);
        }
    }
}
