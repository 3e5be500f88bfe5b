using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Sparseland.Threads;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>Work of which parts may fail, on the pool's threads: what is run inside a part runs on its thread alone.</summary>
internal static class GuardedParts
{
    /// <summary>Runs every part, side by side. After a fault or a cancellation no further part begins.</summary>
    /// <param name="parts">How many.</param>
    /// <param name="cancellation">Heeded between parts.</param>
    /// <param name="work">Does one part.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Run(int parts, CancellationToken cancellation, Action<int> work)
    {
        var faults = new ConcurrentQueue<Exception>();
        WorkerPool.Run(parts, new GuardedWork(work, faults, cancellation));
        cancellation.ThrowIfCancellationRequested();
        if (faults.TryDequeue(out var fault))
            ExceptionDispatchInfo.Throw(fault);
    }

    private readonly struct GuardedWork(Action<int> work, ConcurrentQueue<Exception> faults, CancellationToken cancellation) : IParallelWork
    {
        public void Run(int part)
        {
            if (cancellation.IsCancellationRequested || !faults.IsEmpty)
                return;
            try
            {
                work(part);
            }
            catch (Exception fault)
            {
                // The pool's parts must not throw; the first fault is thrown where the work was asked for.
                faults.Enqueue(fault);
            }
        }
    }
}
