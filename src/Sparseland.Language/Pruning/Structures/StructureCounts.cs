namespace Sparseland.Language.Pruning.Structures;

/// <summary>Turns the wanted numbers of structures, which are fractions, into whole ones.</summary>
public static class StructureCounts
{
    /// <summary>
    /// Rounds every wanted number to a multiple of a unit, within [unit, all]; then repairs the sum: the blocks with the largest rounding error go one step the other way
    /// until no step brings the sum nearer to what was wanted. A set that is no multiple of the unit may also stay whole.
    /// </summary>
    /// <param name="wanted">How many structures each set should keep, 0 to all.</param>
    /// <param name="available">How many each has.</param>
    /// <param name="unit">What the numbers shall be multiples of; 1 for any.</param>
    /// <returns>How many each keeps. The sum is off by at most half a step, unless every set is at its end.</returns>
    public static int[] Round(ReadOnlySpan<double> wanted, ReadOnlySpan<int> available, int unit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(unit, 1);
        if (wanted.Length != available.Length)
            throw new ArgumentException($"{wanted.Length} wanted numbers for {available.Length} sets", nameof(wanted));
        var counts = new int[wanted.Length];
        var missing = 0.0;
        for (var i = 0; i < counts.Length; i++)
        {
            if (!(wanted[i] >= 0 && wanted[i] <= available[i]))
                throw new ArgumentException($"{wanted[i]} of {available[i]} structures", nameof(wanted));
            var units = Math.Floor(wanted[i] / unit);
            var (below, above) = (Multiple(units, unit, available[i]), Multiple(units + 1, unit, available[i]));
            counts[i] = wanted[i] - below < above - wanted[i] ? below : above;
            missing += wanted[i] - counts[i];
        }
        while (BestStep(wanted, available, counts, unit, missing) is { } step)
        {
            missing -= step.To - counts[step.Set];
            counts[step.Set] = step.To;
        }
        return counts;
    }

    private static int Multiple(double units, int unit, int available) => (int)Math.Clamp(units * unit, Math.Min(unit, available), available);

    // Of the steps that bring the sum nearer, the one that leaves its own set nearest to what was wanted there.
    private static (int Set, int To)? BestStep(ReadOnlySpan<double> wanted, ReadOnlySpan<int> available, int[] counts, int unit, double missing)
    {
        (int Set, int To)? best = null;
        var least = double.PositiveInfinity;
        for (var i = 0; i < counts.Length; i++)
        {
            var to = missing > 0 ? Math.Min(available[i], (counts[i] / unit + 1) * unit) : Math.Max(Math.Min(unit, available[i]), (counts[i] - 1) / unit * unit);
            var error = Math.Abs(wanted[i] - to);
            // The tolerance keeps sums that are equal but for rounding from stepping to and fro.
            if (to == counts[i] || error >= least || Math.Abs(missing - (to - counts[i])) > Math.Abs(missing) - 1e-6)
                continue;
            (best, least) = ((i, to), error);
        }
        return best;
    }
}
