using System.Numerics;
using System.Runtime.Intrinsics;
using Sparseland.Threads;

namespace Sparseland.Trees.Keys;

/// <summary>
/// The corners of the box around points, and whether all are finite: in parallel, four points at a time. Three vectors hold the twelve coordinates of four points, so every lane always meets the same axis;
/// a coordinate less itself is zero when it is finite and NaN when it is not, and so leaves bits behind.
/// </summary>
internal static unsafe class PointBounds
{
    private const int PointsAtOnce = 4;

    // Two vectors of three per part: least and greatest, padded; the last number of each part is above zero where a coordinate was not finite.
    private const int NumbersPerPart = 8;
    private const int FaultPlace = 7;

    /// <summary>Finds the corners.</summary>
    /// <param name="points">At least one point.</param>
    /// <param name="lower">The least coordinates.</param>
    /// <param name="upper">The greatest coordinates.</param>
    /// <returns>False when a coordinate is NaN or infinite; the corners mean nothing then.</returns>
    public static bool TryFind(ReadOnlySpan<Vector3> points, out Vector3 lower, out Vector3 upper)
    {
        var chunks = RadixSort.Chunks(points.Length);
        var found = new float[chunks * NumbersPerPart];
        fixed (Vector3* point = points)
        fixed (float* part = found)
            WorkerPool.Run(chunks, new FindPart(point, points.Length, part));
        (lower, upper) = (new(float.PositiveInfinity), new(float.NegativeInfinity));
        var isFinite = true;
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var part = found.AsSpan(chunk * NumbersPerPart, NumbersPerPart);
            lower = Vector3.Min(lower, new(part));
            upper = Vector3.Max(upper, new(part[3..]));
            isFinite &= part[FaultPlace] == 0;
        }
        return isFinite;
    }

    private readonly struct FindPart(Vector3* points, int count, float* found) : IParallelWork
    {
        public void Run(int part)
        {
            var (start, end) = RadixSort.Chunk(part, count);
            var lower = stackalloc float[3 * PointsAtOnce];
            var upper = stackalloc float[3 * PointsAtOnce];
            new Span<float>(lower, 3 * PointsAtOnce).Fill(float.PositiveInfinity);
            new Span<float>(upper, 3 * PointsAtOnce).Fill(float.NegativeInfinity);
            var isFinite = true;
            var next = Vector128.IsHardwareAccelerated ? FindFours(start, end, lower, upper, ref isFinite) : start;
            for (; next < end; next++)
            {
                for (var axis = 0; axis < 3; axis++)
                {
                    var coordinate = ((float*)(points + next))[axis];
                    isFinite &= float.IsFinite(coordinate);
                    (lower[axis], upper[axis]) = (Math.Min(lower[axis], coordinate), Math.Max(upper[axis], coordinate));
                }
            }
            var own = found + part * NumbersPerPart;
            (own[0], own[1], own[2]) = (lower[0], lower[1], lower[2]);
            (own[3], own[4], own[5]) = (upper[0], upper[1], upper[2]);
            for (var lane = 3; lane < 3 * PointsAtOnce; lane++)
                (own[lane % 3], own[3 + lane % 3]) = (Math.Min(own[lane % 3], lower[lane]), Math.Max(own[3 + lane % 3], upper[lane]));
            own[FaultPlace] = isFinite ? 0 : 1;
        }

        // Returns the first point that is left.
        private int FindFours(int start, int end, float* lower, float* upper, ref bool isFinite)
        {
            var (low0, low1, low2) = (Vector128.Load(lower), Vector128.Load(lower + 4), Vector128.Load(lower + 8));
            var (high0, high1, high2) = (Vector128.Load(upper), Vector128.Load(upper + 4), Vector128.Load(upper + 8));
            var faults = Vector128<float>.Zero;
            var next = start;
            for (; next <= end - PointsAtOnce; next += PointsAtOnce)
            {
                var numbers = (float*)(points + next);
                var (first, second, third) = (Vector128.Load(numbers), Vector128.Load(numbers + 4), Vector128.Load(numbers + 8));
                (low0, low1, low2) = (Vector128.MinNative(low0, first), Vector128.MinNative(low1, second), Vector128.MinNative(low2, third));
                (high0, high1, high2) = (Vector128.MaxNative(high0, first), Vector128.MaxNative(high1, second), Vector128.MaxNative(high2, third));
                faults |= (first - first) | (second - second) | (third - third);
            }
            low0.Store(lower);
            low1.Store(lower + 4);
            low2.Store(lower + 8);
            high0.Store(upper);
            high1.Store(upper + 4);
            high2.Store(upper + 8);
            isFinite = faults.AsUInt32() == Vector128<uint>.Zero;
            return next;
        }
    }
}
