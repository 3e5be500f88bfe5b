using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sparseland.Space.Meshes;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Space.Rays;

/// <summary>
/// Divides ranges of boxes in two. They go from one buffer to the other, lower ones from the front and upper ones from the back, without a branch on the side. A large range is counted and moved in parts by
/// all threads; the parts do not depend on their number, so neither does the order of the boxes.
/// </summary>
internal sealed unsafe class BvhDivision
{
    private const int PartBoxes = 1 << 15;
    private readonly TensorStorage<float> _first;
    private readonly TensorStorage<float> _second;

    /// <param name="count">How many boxes there are.</param>
    public BvhDivision(int count)
    {
        _first = new((long)count * Vector256<float>.Count, zeroed: false);
        _second = new((long)count * Vector256<float>.Count, zeroed: false);
    }

    /// <summary>The first buffer. Whoever uses it keeps this object alive.</summary>
    public Vector256<float>* First => (Vector256<float>*)_first.Pointer;

    private Vector256<float>* Second => (Vector256<float>*)_second.Pointer;

    /// <summary>Divides a range of two or more boxes into two that are not empty.</summary>
    /// <param name="range">The range.</param>
    /// <param name="inHalves">Whether to halve it by number instead of looking for the best place.</param>
    /// <param name="together">Whether other threads may help.</param>
    /// <param name="lower">One of them.</param>
    /// <param name="upper">The other.</param>
    [SkipLocalsInit]
    public void Divide(in BvhRange range, bool inHalves, bool together, out BvhRange lower, out BvhRange upper)
    {
        var source = range.Second ? Second : First;
        var places = new BvhPlaces(range.Centres, range.Count);
        var parts = together ? (range.Count + PartBoxes - 1) / PartBoxes : 1;
        if (!inHalves && places.IsSpread)
        {
            var bins = parts <= 1 ? null : new BvhBins[parts];
            Unsafe.SkipInit(out BvhBins own);
            if (bins is null)
            {
                own.Count(source, range.Begin, range.End, places);
            }
            else
            {
                WorkerPool.Run(parts, new CountWork(source, range, places, bins));
                own = bins[0];
                for (var part = 1; part < parts; part++)
                    own.Add(bins[part], places.Bins);
            }
            var best = own.BestPlane(places.Bins, range.Count);
            if (best.IsFound)
            {
                Move(range, places, best, bins, out lower, out upper);
                return;
            }
        }
        Halve(range, source, out lower, out upper);
    }

    /// <summary>Writes a leaf's triangles as a block.</summary>
    public void FillBlock(TriangleMesh mesh, in BvhRange leaf, float* block)
    {
        var boxes = leaf.Second ? Second : First;
        for (var lane = 0; lane < BvhLayout.Width; lane++)
        {
            var triangle = boxes[Math.Min(leaf.Begin + lane, leaf.End - 1)].AsInt32()[3];
            for (var corner = 0; corner < 3; corner++)
            {
                var position = mesh.Positions[mesh.Triangles[3 * triangle + corner]];
                block[3 * corner * BvhLayout.Width + lane] = position.X;
                block[(3 * corner + 1) * BvhLayout.Width + lane] = position.Y;
                block[(3 * corner + 2) * BvhLayout.Width + lane] = position.Z;
            }
            ((int*)block)[BvhLayout.NumberRow + lane] = triangle;
        }
    }

    private static void Halve(in BvhRange range, Vector256<float>* source, out BvhRange lower, out BvhRange upper)
    {
        var middle = range.Begin + range.Count / 2;
        lower = Around(source, range.Begin, middle, range.Second);
        upper = Around(source, middle, range.End, range.Second);
    }

    private static BvhRange Around(Vector256<float>* source, int begin, int end, bool second)
    {
        var (bounds, centres) = (BvhRange.Nothing, BvhRange.Nothing);
        for (var i = begin; i < end; i++)
        {
            bounds = Vector256.MinNative(bounds, source[i]);
            centres = Vector256.MinNative(centres, BvhRange.Point(BvhRange.Centre(source[i])));
        }
        return new(begin, end, second, bounds, centres);
    }

    private void Move(in BvhRange range, in BvhPlaces places, in BvhPlane plane, BvhBins[]? bins, out BvhRange lower, out BvhRange upper)
    {
        var source = range.Second ? Second : First;
        var destination = range.Second ? First : Second;
        var parts = bins?.Length ?? 1;
        var moves = stackalloc BvhMove[parts];
        var (front, back) = (range.Begin, range.End);
        for (var part = 0; part < parts; part++)
        {
            var begin = bins is null ? range.Begin : range.Begin + part * PartBoxes;
            var end = bins is null ? range.End : Math.Min(range.End, begin + PartBoxes);
            moves[part] = new(begin, end, front, back);
            if (bins is null)
                break;
            var ahead = bins[part].CountBelow(plane);
            (front, back) = (front + ahead, back - (end - begin - ahead));
        }
        if (parts == 1)
            moves->Run(source, destination, places, plane);
        else
            WorkerPool.Run(parts, new MoveWork(source, destination, places, plane, moves));
        var (lowerCentres, upperCentres) = (moves->LowerCentres, moves->UpperCentres);
        for (var part = 1; part < parts; part++)
            (lowerCentres, upperCentres) = (Vector256.MinNative(lowerCentres, moves[part].LowerCentres), Vector256.MinNative(upperCentres, moves[part].UpperCentres));
        lower = new(range.Begin, range.Begin + plane.Lower, !range.Second, plane.LowerBounds, lowerCentres);
        upper = new(range.Begin + plane.Lower, range.End, !range.Second, plane.UpperBounds, upperCentres);
    }

    private readonly struct CountWork(Vector256<float>* source, BvhRange range, BvhPlaces places, BvhBins[] bins) : IParallelWork
    {
        public void Run(int part)
        {
            var begin = range.Begin + part * PartBoxes;
            bins[part].Count(source, begin, Math.Min(range.End, begin + PartBoxes), places);
        }
    }

    private readonly struct MoveWork(Vector256<float>* source, Vector256<float>* destination, BvhPlaces places, BvhPlane plane, BvhMove* moves) : IParallelWork
    {
        public void Run(int part) => moves[part].Run(source, destination, places, plane);
    }
}
