using System.Runtime.InteropServices;
using Sparseland.Files;
using Sparseland.Progress;
using Sparseland.Tensors;
using Sparseland.Trees.Files;

namespace Sparseland.Trees.Voxels;

/// <summary>Merges runs of bricks into the file of a frozen grid: one pass over the codes for each section of the index, one over the records for the masks and one for the values.</summary>
internal sealed unsafe class BrickMerge<T> where T : unmanaged
{
    private const int BricksPerReport = 4096;

    private readonly (MappedFile Codes, MappedFile Records)[] _runs;
    private readonly T _background;

    public BrickMerge(IEnumerable<BrickRun> runs, T background) => (_runs, _background) = ([.. runs.Select(run => run.Open())], background);

    public void Write(string path, VoxelFrame frame, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var (nodes, bricks, node) = (0, 0, ulong.MaxValue);
        foreach (var key in Keys(cancellation))
        {
            nodes += key >> VoxelNode<T>.Log2Slots != node ? 1 : 0;
            node = key >> VoxelNode<T>.Log2Slots;
            bricks = checked(bricks + 1);
        }
        var layout = new FrozenVoxelLayout(nodes, bricks, 0, sizeof(T));
        FrozenFile.Write(path, VoxelFile.FileKind, VoxelFile.Header(layout, _background, frame), layout.Bytes, stream =>
        {
            WriteIndex(stream, layout, cancellation);
            WriteBricks(stream, layout, layout.Active, layout.Values, record => MemoryMarshal.AsBytes(new Span<BrickMask>(ref record.Active)), null, cancellation);
            WriteBricks(stream, layout, layout.Values, layout.Bytes, record => MemoryMarshal.AsBytes(record.Values), progress, cancellation);
        });
    }

    private delegate ReadOnlySpan<byte> Part(BrickRecord<T> record);

    // Node codes, brick slots, no tiles, and the counts of bricks before each word.
    private void WriteIndex(ChecksumStream stream, FrozenVoxelLayout layout, CancellationToken cancellation)
    {
        foreach (var (key, _) in Nodes(cancellation))
            stream.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in key)));
        stream.PadTo(layout.BrickSlots);
        foreach (var (_, slots) in Nodes(cancellation))
            stream.Write(MemoryMarshal.AsBytes<ulong>(slots));
        stream.PadTo(layout.BrickRanks);
        var before = 0;
        var ranks = new int[FrozenVoxelLayout.WordsPerNode];
        foreach (var (_, slots) in Nodes(cancellation))
        {
            for (var word = 0; word < slots.Length; word++)
            {
                ranks[word] = before;
                before += System.Numerics.BitOperations.PopCount(slots[word]);
            }
            stream.Write(MemoryMarshal.AsBytes<int>(ranks));
        }
        stream.PadTo(layout.Active);
    }

    private void WriteBricks(ChecksumStream stream, FrozenVoxelLayout layout, long start, long end, Part part, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        stream.PadTo(start);
        var merged = new TensorStorage<byte>(BrickRecord<T>.Bytes);
        var written = 0;
        foreach (var places in Merged(cancellation))
        {
            var record = new BrickRecord<T>(merged.Pointer);
            record.Clear(_background);
            foreach (var (run, place) in places)
                record.Cover(new(_runs[run].Records.Pointer + (long)place * BrickRecord<T>.Bytes));
            stream.Write(part(record));
            if (++written % BricksPerReport == 0)
                progress?.Report(new("bricks", written, layout.Bricks));
        }
        stream.PadTo(end);
        GC.KeepAlive(_runs);
    }

    // Every node and the bits of its bricks; the array is used again.
    private IEnumerable<(ulong Key, ulong[] Slots)> Nodes(CancellationToken cancellation)
    {
        var slots = new ulong[FrozenVoxelLayout.WordsPerNode];
        var node = ulong.MaxValue;
        foreach (var key in Keys(cancellation))
        {
            if (key >> VoxelNode<T>.Log2Slots != node)
            {
                if (node != ulong.MaxValue)
                    yield return (node, slots);
                Array.Clear(slots);
                node = key >> VoxelNode<T>.Log2Slots;
            }
            var slot = VoxelGrid<T>.Slot(key);
            slots[slot >> 6] |= 1UL << (slot & 63);
        }
        if (node != ulong.MaxValue)
            yield return (node, slots);
    }

    private IEnumerable<ulong> Keys(CancellationToken cancellation)
    {
        foreach (var places in Merged(cancellation))
            yield return Key(places[0].Run, places[0].Place);
    }

    // For every code, ascending, where it is in which runs, earlier runs first; the list is used again.
    private IEnumerable<List<(int Run, int Place)>> Merged(CancellationToken cancellation)
    {
        var queue = new PriorityQueue<(int Run, int Place), (ulong Key, int Run)>();
        for (var run = 0; run < _runs.Length; run++)
            queue.Enqueue((run, 0), (Key(run, 0), run));
        var places = new List<(int, int)>();
        while (queue.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            places.Clear();
            var key = Key(queue.Peek().Run, queue.Peek().Place);
            while (queue.Count > 0 && queue.Peek() is var (run, place) && Key(run, place) == key)
            {
                places.Add((run, place));
                queue.Dequeue();
                if (place + 1 < _runs[run].Codes.Length / sizeof(ulong))
                    queue.Enqueue((run, place + 1), (Key(run, place + 1), run));
            }
            yield return places;
        }
    }

    private ulong Key(int run, int place) => ((ulong*)_runs[run].Codes.Pointer)[place];
}
