using System.Numerics;
using System.Runtime.Intrinsics;

namespace Sparseland.Autograd.Kernels;

/// <summary>The softmax of attention on a transposed tile: each lane is a query, each row a key.</summary>
internal static unsafe class AttentionSoftmax
{
    private const int Tile = AttentionShape.Tile;

    /// <summary>Turns scores into exponentials against the greatest score so far, and scales to it what was summed before.</summary>
    /// <param name="scores">[keys, lanes], overwritten.</param>
    /// <param name="keys">Rows.</param>
    /// <param name="lanes">Queries in whole vectors.</param>
    /// <param name="greatest">The greatest score of each query so far.</param>
    /// <param name="total">The sum of its exponentials so far.</param>
    /// <param name="sums">[width, lanes]: its weighted values so far.</param>
    /// <param name="width">Rows of <paramref name="sums"/>.</param>
    public static void Advance<T>(T* scores, int keys, int lanes, T* greatest, T* total, T* sums, int width) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var lane = 0;
        if (VectorMath.IsVectorized<T>())
            for (; lane < lanes; lane += Vector256<T>.Count)
                AdvanceVector(scores + lane, keys, greatest + lane, total + lane, sums + lane, width);
        for (; lane < lanes; lane++)
            AdvanceLane(scores + lane, keys, greatest + lane, total + lane, sums + lane, width);
    }

    /// <summary>From scores and the saved log-sum-exps the probabilities, and from the gradients of those the gradients of the scores: p (g - projection).</summary>
    /// <param name="scores">[keys, lanes], replaced by probabilities.</param>
    /// <param name="slopes">[keys, lanes], the probabilities' gradients, replaced by the scores'.</param>
    /// <param name="keys">Rows.</param>
    /// <param name="lanes">Queries in whole vectors.</param>
    /// <param name="logSums">Each query's log-sum-exp; infinite for a lane without a query.</param>
    /// <param name="projections">Each query's output times its gradient.</param>
    public static void Reverse<T>(T* scores, T* slopes, int keys, int lanes, T* logSums, T* projections) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var lane = 0;
        if (VectorMath.IsVectorized<T>())
        {
            for (; lane < lanes; lane += Vector256<T>.Count)
            {
                var (logSum, projection) = (Vector256.Load(logSums + lane), Vector256.Load(projections + lane));
                T* p = scores + lane, g = slopes + lane;
                for (var key = 0; key < keys; key++, p += Tile, g += Tile)
                {
                    var probability = VectorMath.Exp(Vector256.Load(p) - logSum);
                    probability.Store(p);
                    (probability * (Vector256.Load(g) - projection)).Store(g);
                }
            }
        }
        for (; lane < lanes; lane++)
        {
            for (var place = lane; place < keys * Tile; place += Tile)
            {
                scores[place] = T.Exp(scores[place] - logSums[lane]);
                slopes[place] = scores[place] * (slopes[place] - projections[lane]);
            }
        }
    }

    private static void AdvanceVector<T>(T* scores, int keys, T* greatest, T* total, T* sums, int width) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var before = Vector256.Load(greatest);
        // The native maximum may drop a NaN; the exponentials below bring it back.
        var most = before;
        for (var key = 0; key < keys; key++)
            most = Vector256.MaxNative(most, Vector256.Load(scores + (key * Tile)));
        var sum = Vector256<T>.Zero;
        for (var key = 0; key < keys; key++)
        {
            var value = VectorMath.Exp(Vector256.Load(scores + (key * Tile)) - most);
            value.Store(scores + (key * Tile));
            sum += value;
        }
        if (Vector256.EqualsAll(before, most))
        {
            (Vector256.Load(total) + sum).Store(total);
            return;
        }
        var correction = VectorMath.Exp(before - most);
        most.Store(greatest);
        VectorMath.MultiplyAdd(Vector256.Load(total), correction, sum).Store(total);
        for (var row = 0; row < width; row++)
            (Vector256.Load(sums + (row * Tile)) * correction).Store(sums + (row * Tile));
    }

    private static void AdvanceLane<T>(T* scores, int keys, T* greatest, T* total, T* sums, int width) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var most = *greatest;
        for (var key = 0; key < keys; key++)
            most = T.Max(most, scores[key * Tile]);
        var correction = T.Exp(*greatest - most);
        var sum = T.Zero;
        for (var key = 0; key < keys; key++)
            sum += scores[key * Tile] = T.Exp(scores[key * Tile] - most);
        *greatest = most;
        *total = (*total * correction) + sum;
        for (var row = 0; row < width; row++)
            sums[row * Tile] *= correction;
    }
}
