using Sparseland.Tensors;

namespace Sparseland.Recipes;

public sealed partial class LayerStatistics
{
    /// <summary>Tokens are held out in runs of this many, so that neighbours, which resemble each other, mostly fall on the same side.</summary>
    public const int HeldOutRun = 128;

    /// <summary>The last of this many runs is held out.</summary>
    public const int HeldOutCycle = 4;

    private const StatisticsKind HeldOutKinds = StatisticsKind.Moments | StatisticsKind.Gram;

    private readonly LayerStatistics? _heldOut;

    /// <summary>
    /// Moments and XᵀX of the held-out tokens alone: every fourth run of 128, in the order of calibration, wherever batches end. The other statistics are of all tokens,
    /// these included; <see cref="RemainingMoments"/> leaves them out. Its sequences are not counted.
    /// </summary>
    /// <exception cref="InvalidOperationException">It was not gathered.</exception>
    public LayerStatistics HeldOut => _heldOut ?? throw Missing(StatisticsKind.HeldOut);

    /// <summary>The moments of all tokens, or of those that are not held out where some are.</summary>
    /// <exception cref="InvalidOperationException">Moments were not gathered.</exception>
    public ChannelMoments RemainingMoments() => _heldOut is { TokenCount: > 0 } ? AllMoments().Without(_heldOut.AllMoments()) : AllMoments();

    private ChannelMoments AllMoments() => new(TokenCount, Mean.ToArray(), SquaredDeviation.ToArray());

    private static long HeldOutByteCount(int columns) => HeaderBytes + ByteCount(columns, HeldOutKinds);

    // Which tokens are held out depends on their place in the whole calibration only.
    private static void AddHeldOut(LayerStatistics heldOut, MatrixView<float> inputs, long firstToken)
    {
        const int cycle = HeldOutRun * HeldOutCycle;
        const int start = cycle - HeldOutRun;
        for (var row = 0; row < inputs.Rows;)
        {
            var place = (int)((firstToken + row) % cycle);
            var count = Math.Min(inputs.Rows - row, (place < start ? start : cycle) - place);
            if (place >= start)
                heldOut.Add(inputs.SliceRows(row, count), sequences: 0);
            row += count;
        }
    }
}
