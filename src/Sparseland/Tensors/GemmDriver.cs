using System.Numerics;
using Sparseland.Threads;

namespace Sparseland.Tensors;

/// <summary>
/// The loops around the kernel (Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication"): the right operand is packed once, by all threads;
/// then each part takes a block of rows (and, when rows are few, a group of columns) through all of k. How k is cut depends on the extents alone and every element of C
/// is summed in the same order wherever its tile lies, so the result does not depend on the number of threads.
/// </summary>
internal static unsafe class GemmDriver<TVector, TOperations, T>
    where TVector : unmanaged
    where TOperations : struct, IVectorOperations<TVector, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A panel of two AVX2 vectors by 256 steps is half of a 32 KiB L1 cache.
    private const int DepthBlock = 256;

    // With one or two panels, A streams through once and longer runs of each row please the prefetcher.
    private const int StreamingDepthBlock = 512;

    // 72 rows by 256 steps are 72 KiB: well inside the smallest L2 (512 KiB), and small enough to share the work out evenly.
    private const int RowBlock = 72;

    // The packed right operand, which every block of rows reads again: larger ones fall out of the nearer caches.
    private const long PackedBytes = 2 << 20;

    // Below this many multiply-adds waking a thread costs more than it saves.
    private const long SerialWork = 1 << 18;

    // Rows further apart than this collide in the caches when read in place.
    private const int DirectStrideBytes = 2048;

    /// <summary>C = A B or C += A B; k is at least one.</summary>
    public static void Multiply(int m, int n, int k, Strided<T> a, Strided<T> b, Strided<T> c, bool accumulate)
    {
        var narrow = n <= TOperations.Width;
        var job = new Job
        {
            Narrow = narrow,
            PanelWidth = narrow ? TOperations.Width : 2 * TOperations.Width,
            StripHeight = narrow ? GemmKernel<TVector, TOperations, T>.NarrowRows : GemmKernel<TVector, TOperations, T>.WideRows,
        };
        var streaming = n <= 2 * job.PanelWidth;
        var depth = streaming ? StreamingDepthBlock : DepthBlock;
        job.Direct = a.Column == 1 && (streaming || a.Row * sizeof(T) <= DirectStrideBytes);
        // Long chunks when columns are few: each chunk ends with all threads waiting for the last.
        var stepsPerChunk = Math.Clamp((int)(PackedBytes / 2 / ((long)n * sizeof(T))), StreamingDepthBlock, 16 * StreamingDepthBlock) / depth * depth;
        var columnsPerChunk = (int)Math.Min(n, Math.Max(PackedBytes / ((long)Math.Min(k, stepsPerChunk) * sizeof(T)), 8 * job.PanelWidth));
        columnsPerChunk = (columnsPerChunk + job.PanelWidth - 1) / job.PanelWidth * job.PanelWidth;
        for (var k0 = 0; k0 < k; k0 += stepsPerChunk)
        {
            var steps = Math.Min(stepsPerChunk, k - k0);
            for (var n0 = 0; n0 < n; n0 += columnsPerChunk)
            {
                job.M = m;
                job.N = Math.Min(columnsPerChunk, n - n0);
                job.K = steps;
                job.DepthBlocks = (steps + depth - 1) / depth;
                job.A = new(a.At(0, k0), a.Row, a.Column);
                job.B = new(b.At(k0, n0), b.Row, b.Column);
                job.C = new(c.At(0, n0), c.Row, c.Column);
                job.Accumulate = accumulate || k0 > 0;
                MultiplyChunk(ref job);
            }
        }
    }

    private static void MultiplyChunk(ref Job job)
    {
        job.Panels = (job.N + job.PanelWidth - 1) / job.PanelWidth;
        job.Packed = Scratch.Get<T>(Scratch.PackedRight, (long)job.K * job.Panels * job.PanelWidth);
        job.Strips = (job.M + job.StripHeight - 1) / job.StripHeight;
        var stripsPerBlock = RowBlock / job.StripHeight;
        job.RowBlocks = (job.Strips + stripsPerBlock - 1) / stripsPerBlock;
        // An even number of blocks shares out evenly over two threads, the commonest case, whatever the machine.
        job.RowBlocks = Math.Min(job.Strips, job.RowBlocks > 1 ? (job.RowBlocks + 1) & ~1 : job.Strips > 1 && job.Panels < 8 ? 2 : 1);
        // Every group of columns copies the left operand again, so those that must be copied are cut less finely.
        var parts = job.Direct ? 8 : 4;
        job.ColumnGroups = job.RowBlocks >= parts ? 1 : Math.Clamp(job.Panels / 4, 1, parts / job.RowBlocks);
        var packing = new PackWork(job);
        Dispatch(packing.Parts, packing, (long)job.K * job.N >= SerialWork / 4);
        Dispatch(job.RowBlocks * job.ColumnGroups, new TileWork(job), (long)job.M * job.N * job.K >= SerialWork);
    }

    private static void Dispatch<TWork>(int parts, TWork work, bool parallel) where TWork : struct, IParallelWork
    {
        if (parallel)
            WorkerPool.Run(parts, work);
        else
            for (var part = 0; part < parts; part++)
                work.Run(part);
    }

    /// <summary>One product, or the part of it that fits the packed buffer.</summary>
    private struct Job
    {
        public int M, N, K, Strips, StripHeight, Panels, PanelWidth, RowBlocks, ColumnGroups, DepthBlocks;
        public Strided<T> A, B, C;
        public bool Accumulate, Narrow, Direct;
        public T* Packed;

        public readonly int DepthStart(int block) => (int)((long)block * K / DepthBlocks);
    }

    private readonly struct PackWork(Job job) : IParallelWork
    {
        private const int PanelsPerPart = 4;

        private readonly Job _job = job;

        private int Groups => (_job.Panels + PanelsPerPart - 1) / PanelsPerPart;

        public int Parts => Groups * _job.DepthBlocks;

        public void Run(int part)
        {
            var block = part / Groups;
            var panel = part % Groups * PanelsPerPart;
            var k0 = _job.DepthStart(block);
            var steps = _job.DepthStart(block + 1) - k0;
            var column = panel * _job.PanelWidth;
            var target = _job.Packed + (nint)k0 * _job.Panels * _job.PanelWidth + (nint)column * steps;
            var b = new Strided<T>(_job.B.At(k0, column), _job.B.Row, _job.B.Column);
            GemmPacking.Right(b, steps, Math.Min(PanelsPerPart * _job.PanelWidth, _job.N - column), _job.PanelWidth, target);
        }
    }

    private readonly struct TileWork(Job job) : IParallelWork
    {
        private readonly Job _job = job;

        public void Run(int part)
        {
            var rowBlock = part / _job.ColumnGroups;
            var group = part % _job.ColumnGroups;
            var strip = (int)((long)rowBlock * _job.Strips / _job.RowBlocks);
            var stripEnd = (int)((long)(rowBlock + 1) * _job.Strips / _job.RowBlocks);
            var panel = (int)((long)group * _job.Panels / _job.ColumnGroups);
            var panelEnd = (int)((long)(group + 1) * _job.Panels / _job.ColumnGroups);
            var spill = stackalloc T[GemmKernel<TVector, TOperations, T>.WideRows * 2 * TOperations.Width];
            for (var block = 0; block < _job.DepthBlocks; block++)
            {
                var left = PackLeft(strip, stripEnd, block);
                if (panelEnd - panel <= 2)
                {
                    for (var s = strip; s < stripEnd; s++)
                        for (var p = panel; p < panelEnd; p++)
                            Tile(left, s, strip, p, block, spill);
                }
                else
                {
                    for (var p = panel; p < panelEnd; p++)
                        for (var s = strip; s < stripEnd; s++)
                            Tile(left, s, strip, p, block, spill);
                }
            }
        }

        /// <summary>Where a block of left rows lies: in place, or copied so that neither cache sets nor pages are wasted on it.</summary>
        private Left PackLeft(int strip, int stripEnd, int block)
        {
            var k0 = _job.DepthStart(block);
            var steps = _job.DepthStart(block + 1) - k0;
            var height = _job.StripHeight;
            var row = strip * height;
            var rows = Math.Min(stripEnd * height, _job.M) - row;
            var a = new Strided<T>(_job.A.At(row, k0), _job.A.Row, _job.A.Column);
            // One spare cache line per row keeps copied rows from falling into the same sets.
            var copiedRow = steps + 64 / sizeof(T);
            var buffer = Scratch.Get<T>(Scratch.PackedLeft, (long)(rows + height) * copiedRow);
            var whole = rows / height;
            var left = new Left { Steps = steps, Whole = whole, Tail = buffer + (long)whole * height * copiedRow };
            if (_job.Direct)
            {
                left.Set(a.Pointer, a.Row, 1, height * a.Row);
            }
            else if (a.Column == 1)
            {
                for (var i = 0; i < whole * height; i++)
                    Buffer.MemoryCopy(a.At(i, 0), buffer + (long)i * copiedRow, (long)steps * sizeof(T), (long)steps * sizeof(T));
                left.Set(buffer, copiedRow, 1, (nint)height * copiedRow);
            }
            else
            {
                var strideOfStrips = GemmPacking.StripStride<T>(steps, height);
                if (a.Row == 1)
                    GemmPacking.Strips(a, whole, steps, height, buffer);
                else
                    for (var s = 0; s < whole; s++)
                        GemmPacking.Strip(new(a.At(s * height, 0), a.Row, a.Column), height, steps, height, buffer + (long)s * strideOfStrips);
                left.Set(buffer, 1, height, strideOfStrips);
            }
            if (whole * height < rows)
                GemmPacking.Strip(new(a.At(whole * height, 0), a.Row, a.Column), rows - whole * height, steps, height, left.Tail);
            return left;
        }

        private void Tile(in Left left, int strip, int firstStrip, int panel, int block, T* spill)
        {
            var height = _job.StripHeight;
            var width = _job.PanelWidth;
            var index = strip - firstStrip;
            var tail = index >= left.Whole;
            var a = tail ? left.Tail : left.Pointer + index * left.Strip;
            var row = tail ? 1 : left.Row;
            var step = tail ? height : left.Step;
            var b = _job.Packed + (nint)_job.DepthStart(block) * _job.Panels * width + (nint)panel * width * left.Steps;
            var (i, j) = (strip * height, panel * width);
            var rows = Math.Min(height, _job.M - i);
            var columns = Math.Min(width, _job.N - j);
            var accumulate = _job.Accumulate || block > 0;
            var c = _job.C.At(i, j);
            if (rows == height && columns == width && _job.C.Column == 1)
            {
                if (_job.Narrow)
                    GemmKernel<TVector, TOperations, T>.Narrow(left.Steps, a, row, step, b, c, _job.C.Row, accumulate);
                else
                    GemmKernel<TVector, TOperations, T>.Wide(left.Steps, a, row, step, b, c, _job.C.Row, accumulate);
                return;
            }
            if (_job.Narrow)
                GemmKernel<TVector, TOperations, T>.Narrow(left.Steps, a, row, step, b, spill, width, false);
            else
                GemmKernel<TVector, TOperations, T>.Wide(left.Steps, a, row, step, b, spill, width, false);
            for (var jj = 0; jj < columns; jj++)
            {
                for (var ii = 0; ii < rows; ii++)
                {
                    var target = c + ii * _job.C.Row + jj * _job.C.Column;
                    *target = accumulate ? *target + spill[ii * width + jj] : spill[ii * width + jj];
                }
            }
        }
    }

    /// <summary>A block of left rows as the kernel reads it.</summary>
    private struct Left
    {
        public T* Pointer;
        public T* Tail;
        public nint Row, Step, Strip;
        public int Steps, Whole;

        public void Set(T* pointer, nint row, nint step, nint strip)
        {
            Pointer = pointer;
            Row = row;
            Step = step;
            Strip = strip;
        }
    }
}
