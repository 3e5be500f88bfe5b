using Sparseland.Threads;

namespace Sparseland.Trees.Tests;

/// <summary>Runs something with several numbers of threads.</summary>
internal static class ThreadCounts
{
    public static void Each(Action check)
    {
        var before = WorkerPool.ThreadCount;
        try
        {
            foreach (var threads in new[] { 1, 2, 5 })
            {
                WorkerPool.ThreadCount = threads;
                check();
            }
        }
        finally
        {
            WorkerPool.ThreadCount = before;
        }
    }
}
