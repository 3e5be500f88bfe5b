using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Recipes;

/// <summary>What all rows of a matrix share while their masks are refined.</summary>
/// <param name="Weights">[outputs, inputs], dense.</param>
/// <param name="First">The mask to begin with.</param>
/// <param name="Mask">The mask that is refined.</param>
/// <param name="Inputs">What is known of the inputs.</param>
/// <param name="Discounts">1 / v_j^p of every channel, up to a common factor.</param>
/// <param name="Options">The choices.</param>
/// <param name="Groups">The N:M pattern to keep, or null.</param>
/// <param name="Scores">The score behind the first mask; looked at in N:M patterns only.</param>
internal sealed record DsnotJob(MatrixView<float> Weights, Mask First, Mask Mask, DsnotInputs Inputs, double[] Discounts, DsnotOptions Options, NofMPattern? Groups, MatrixView<float> Scores);

/// <summary>The exchanges of one row after another; the lists are used again for every row.</summary>
internal sealed class DsnotRow
{
    private readonly DsnotJob _job;
    private readonly ShortList _growPositive;
    private readonly ShortList _growNegative;
    private readonly ShortList _prunePositive;
    private readonly ShortList _pruneNegative;

    public DsnotRow(DsnotJob job)
    {
        _job = job;
        // A row takes at most one candidate of a list in every cycle.
        var capacity = Math.Min(job.Options.Cycles, job.Weights.Columns);
        (_growPositive, _growNegative, _prunePositive, _pruneNegative) = (new ShortList(capacity), new ShortList(capacity), new ShortList(capacity), new ShortList(capacity));
    }

    /// <summary>E of a row: the sum of the contributions that a mask removes.</summary>
    public static double Error(DsnotJob job, Mask mask, int row)
    {
        var weights = job.Weights.Row(row);
        var words = mask.Row(row);
        var sums = job.Inputs.Sums;
        var error = 0.0;
        for (var j = 0; j < weights.Length; j++)
            if ((words[j >> 6] >> (j & 63) & 1) == 0)
                error += weights[j] * sums[j];
        return error;
    }

    /// <summary>Refines a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="threshold">|E| that is small enough.</param>
    /// <param name="error">E under the first mask; becomes E under the refined one.</param>
    /// <returns>How many weights were exchanged.</returns>
    public int Refine(int row, double threshold, ref double error)
    {
        if (Math.Abs(error) <= threshold || _job.Options.Cycles == 0)
            return 0;
        List(row, error);
        var start = error;
        var swaps = 0;
        for (var cycle = 0; cycle < _job.Options.Cycles && Math.Abs(error) > threshold; cycle++)
        {
            // Both halves of an exchange move E the same way, towards zero: revive what pulls E up there, remove what holds it down.
            if (!(error > 0 ? _growPositive : _growNegative).TryTake(out var grow))
                break;
            int prune;
            if (_job.Groups is { } groups)
            {
                if ((prune = LeastOfGroup(row, grow, groups.Group)) < 0)
                    continue;
            }
            else if (!(error > 0 ? _pruneNegative : _prunePositive).TryTake(out prune))
            {
                break;
            }
            var next = error + Contribution(row, prune) - Contribution(row, grow);
            if (_job.Options.SameSign && next * start < 0)
                break;
            if (_job is { Groups: not null, Options.MustFall: true } && Math.Abs(next) >= Math.Abs(error))
                continue;
            _job.Mask[row, prune] = false;
            _job.Mask[row, grow] = true;
            error = next;
            swaps++;
        }
        return swaps;
    }

    private double Contribution(int row, int column) => _job.Weights[row, column] * _job.Inputs.Sums[column];

    // With the sign check E keeps its sign, so only the candidates for that sign are needed.
    private void List(int row, double error)
    {
        var weights = _job.Weights.Row(row);
        var words = _job.Mask.Row(row);
        var (sums, norms) = (_job.Inputs.Sums, _job.Inputs.Norms);
        var (raise, lower) = (error > 0 || !_job.Options.SameSign, error < 0 || !_job.Options.SameSign);
        foreach (var list in (ReadOnlySpan<ShortList>)[_growPositive, _growNegative, _prunePositive, _pruneNegative])
            list.Clear();
        for (var j = 0; j < weights.Length; j++)
        {
            var contribution = weights[j] * sums[j];
            if (contribution == 0)
                continue;
            if ((words[j >> 6] >> (j & 63) & 1) == 0)
            {
                if (contribution > 0 ? raise : lower)
                    (contribution > 0 ? _growPositive : _growNegative).Add(-Math.Abs(contribution) * _job.Discounts[j], j);
            }
            else if (_job.Groups is null && (contribution < 0 ? raise : lower))
            {
                (contribution < 0 ? _pruneNegative : _prunePositive).Add(Math.Abs(weights[j]) * norms[j], j);
            }
        }
    }

    // The lowest first score among what the group kept from the beginning: a revived weight is not removed again, nor one removed twice.
    private int LeastOfGroup(int row, int column, int group)
    {
        var (least, score) = (-1, float.PositiveInfinity);
        for (var j = column / group * group; j < (column / group + 1) * group; j++)
            if (_job.First[row, j] && _job.Mask[row, j] && (least < 0 || _job.Scores[row, j] < score))
                (least, score) = (j, _job.Scores[row, j]);
        return least;
    }
}
