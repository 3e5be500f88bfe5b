using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Space.Rays;

/// <summary>The bins of three axes: the box around what is in each, and how many.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BvhBins
{
    /// <summary>Bins of an axis.</summary>
    public const int Most = 16;

    private fixed float _bounds[3 * Most * 8];
    private fixed int _counts[3 * Most];

    /// <summary>Counts boxes into empty bins.</summary>
    public void Count(Vector256<float>* boxes, int begin, int end, in BvhPlaces places)
    {
        fixed (float* floats = _bounds)
        fixed (int* counts = _counts)
        {
            var bounds = (Vector256<float>*)floats;
            for (var bin = 0; bin < 3 * Most; bin++)
                (bounds[bin], counts[bin]) = (BvhRange.Nothing, 0);
            var own = places;
            for (var i = begin; i < end; i++)
            {
                var box = boxes[i];
                var place = own.Of(BvhRange.Centre(box));
                var (x, y, z) = (place.GetElement(0), place.GetElement(1) + Most, place.GetElement(2) + 2 * Most);
                bounds[x] = Vector256.MinNative(bounds[x], box);
                bounds[y] = Vector256.MinNative(bounds[y], box);
                bounds[z] = Vector256.MinNative(bounds[z], box);
                counts[x]++;
                counts[y]++;
                counts[z]++;
            }
        }
    }

    /// <summary>Adds what another part counted.</summary>
    public void Add(in BvhBins other, int used)
    {
        for (var axis = 0; axis < 3; axis++)
        {
            for (var bin = axis * Most; bin < axis * Most + used; bin++)
            {
                Bounds(bin) = Vector256.MinNative(Bounds(bin), Unsafe.AsRef(in other).Bounds(bin));
                _counts[bin] += other._counts[bin];
            }
        }
    }

    /// <summary>How many boxes lie below a plane.</summary>
    public readonly int CountBelow(in BvhPlane plane)
    {
        var count = 0;
        for (var bin = 0; bin < plane.Bin; bin++)
            count += _counts[plane.Axis * Most + bin];
        return count;
    }

    /// <summary>The plane between bins with the least surface times blocks on its two sides; none when all boxes share their bins.</summary>
    public BvhPlane BestPlane(int used, int total)
    {
        var best = default(BvhPlane);
        var bestCost = float.PositiveInfinity;
        var above = stackalloc float[Most];
        for (var axis = 0; axis < 3; axis++)
        {
            var (box, count) = (BvhRange.Nothing, 0);
            for (var bin = used - 1; bin > 0; bin--)
            {
                box = Vector256.MinNative(box, Bounds(axis * Most + bin));
                count += _counts[axis * Most + bin];
                above[bin] = BvhRange.HalfArea(box) * Blocks(count);
            }
            (box, count) = (BvhRange.Nothing, 0);
            for (var bin = 1; bin < used; bin++)
            {
                box = Vector256.MinNative(box, Bounds(axis * Most + bin - 1));
                count += _counts[axis * Most + bin - 1];
                var cost = BvhRange.HalfArea(box) * Blocks(count) + above[bin];
                if (count == 0 || count == total || !(cost < bestCost))
                    continue;
                bestCost = cost;
                best = new(axis, bin, count, box, default);
            }
        }
        return best.IsFound ? best with { UpperBounds = BoxAbove(best, used) } : best;
    }

    private Vector256<float> BoxAbove(in BvhPlane plane, int used)
    {
        var box = BvhRange.Nothing;
        for (var bin = plane.Bin; bin < used; bin++)
            box = Vector256.MinNative(box, Bounds(plane.Axis * Most + bin));
        return box;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Blocks(int count) => (count + BvhLayout.Width - 1) / BvhLayout.Width;

    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Vector256<float> Bounds(int bin) => ref Unsafe.Add(ref Unsafe.As<float, Vector256<float>>(ref _bounds[0]), bin);
}
