using Sparseland.Threads;

namespace Sparseland.Autograd.Kernels;

/// <summary>Work on a range of elements or rows.</summary>
internal interface IRangeWork
{
    /// <summary>Does the entries from <paramref name="start"/> on. Must not throw.</summary>
    void Run(int start, int count);
}

/// <summary>Cuts a range into pieces of a fixed size and runs them on all cores. The cut depends on the length alone, so results do not depend on the number of threads.</summary>
internal static class Ranges
{
    /// <summary>Elements in a piece: about 64 KiB of float, so that a few streams stay in the second-level cache and handing out a piece costs nothing beside it.</summary>
    public const int Elements = 16384;

    /// <summary>How many rows make a piece of about <see cref="Elements"/> elements.</summary>
    public static int RowsOf(int columns) => Math.Max(1, Elements / Math.Max(1, columns));

    /// <summary>Runs the work on [0, length) in pieces of <paramref name="grain"/> entries.</summary>
    public static void Run<TWork>(int length, int grain, TWork work) where TWork : struct, IRangeWork
    {
        if (length <= 0)
            return;
        if (length <= grain)
        {
            work.Run(0, length);
            return;
        }
        WorkerPool.Run((length + grain - 1) / grain, new Piece<TWork>(work, length, grain));
    }

    private readonly struct Piece<TWork>(TWork work, int length, int grain) : IParallelWork where TWork : struct, IRangeWork
    {
        public void Run(int part) => work.Run(part * grain, Math.Min(grain, length - part * grain));
    }
}
