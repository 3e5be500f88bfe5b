using System.Globalization;
using Sparseland.Errors;

namespace Sparseland.Language.Pruning.Comparing;

/// <summary>Finds the sparsity at which a recipe meets a budget, by halving the range of sparsities. What is priced falls as the sparsity rises.</summary>
internal static class SizeSolver
{
    private const double Highest = 0.995;

    // The last halving moves a millionth of the weights.
    private const int Halvings = 20;

    // Each costs a pruned model; the seventh halving moves less than the timing can tell.
    private const int Probes = 7;

    /// <summary>The lowest sparsity whose bytes are at most the target.</summary>
    /// <param name="name">The contestant, for messages.</param>
    /// <param name="price">Bytes at a sparsity.</param>
    /// <param name="own">The recipe's own sparsity, at which it is legal.</param>
    /// <param name="target">The bytes.</param>
    /// <param name="budget">The tolerance.</param>
    /// <exception cref="InvalidSettingException">No sparsity comes within the tolerance; the message says which bytes are possible.</exception>
    public static double ForBytes(string name, Func<double, long> price, double own, double target, ComparisonBudget budget)
    {
        var (low, high) = (0.0, Highest);
        string? refusal = null;
        for (var i = 0; i < Halvings; i++)
        {
            var middle = (low + high) / 2;
            try
            {
                if (price(middle) <= target)
                    high = middle;
                else
                    low = middle;
            }
            catch (InvalidSettingException fault)
            {
                // An allocation that cannot share out so extreme a sparsity: the legal ones lie around the recipe's own.
                refusal = fault.Message;
                if (middle > own)
                    high = middle;
                else
                    low = middle;
            }
        }
        var best = Candidates(low, high, price).MinBy(one => Math.Abs(one.Bytes / target - 1));
        if (best.Bytes > 0 && budget.IsMet(best.Bytes, target))
            return best.Sparsity;
        throw new InvalidSettingException(string.Create(CultureInfo.InvariantCulture,
            $"{name} cannot take {target:N0} bytes: {(best.Bytes > 0 ? $"the nearest that it can is {best.Bytes:N0}" : refusal)}{(refusal is null || best.Bytes == 0 ? "" : $" ({refusal})")}; choose another budget or leave it out"));
    }

    /// <summary>The sparsity whose speed comes nearest to the target, within a few probes: each is a model pruned and timed. Whether it is near enough is for the result to say.</summary>
    /// <param name="speed">Speed over the dense model at a sparsity.</param>
    /// <param name="target">The speed.</param>
    /// <param name="budget">The tolerance, at which the search ends.</param>
    public static double ForSpeed(Func<double, double> speed, double target, ComparisonBudget budget)
    {
        var (low, high) = (0.0, Highest);
        var (best, miss) = (0.5, double.PositiveInfinity);
        for (var probe = 0; probe < Probes && miss > budget.Tolerance / 2; probe++)
        {
            var middle = (low + high) / 2;
            var ratio = speed(middle);
            if (Math.Abs(ratio / target - 1) < miss)
                (best, miss) = (middle, Math.Abs(ratio / target - 1));
            if (ratio < target)
                low = middle;
            else
                high = middle;
        }
        return best;
    }

    private static IEnumerable<(double Sparsity, long Bytes)> Candidates(double low, double high, Func<double, long> price)
    {
        foreach (var sparsity in (double[])[high, low])
        {
            var bytes = 0L;
            try
            {
                bytes = price(sparsity);
            }
            catch (InvalidSettingException)
            {
                // Not a candidate; the caller has the reason.
            }
            yield return (sparsity, bytes);
        }
    }
}
