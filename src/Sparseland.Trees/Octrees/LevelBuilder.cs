using System.Numerics;
using Sparseland.Threads;
using Sparseland.Trees.Keys;

namespace Sparseland.Trees.Octrees;

/// <summary>
/// Builds all levels of an octree from sorted codes in one pass. The highest bit in which two neighbours in the order differ tells the deepest level at which they share a node (Karras 2012, section 4),
/// so each code starts exactly the nodes below that level. Two rounds over fixed chunks: count the nodes of each level, then write them at their places.
/// </summary>
internal sealed unsafe class LevelBuilder
{
    private const int Levels = MortonCode3.MaximumDepth + 1;

    private readonly ulong* _codes;
    private readonly int _count;
    private readonly int _depth;
    private readonly int _shift;

    // For each chunk and level: first the number of nodes it starts, then the number of nodes before it.
    private readonly int[] _starts;

    /// <summary>Counts the nodes of every level.</summary>
    /// <param name="codes">Ascending, equal ones allowed; they stay in place while this object is used.</param>
    /// <param name="count">How many.</param>
    /// <param name="depth">Levels below the root.</param>
    /// <param name="shift">The lowest bit of the codes in their words.</param>
    public LevelBuilder(ulong* codes, int count, int depth, int shift = 0)
    {
        _codes = codes;
        (_count, _depth, _shift) = (count, depth, shift);
        var chunks = RadixSort.Chunks(count);
        _starts = new int[chunks * Levels];
        NodeCounts = new int[depth + 1];
        fixed (int* starts = _starts)
            WorkerPool.Run(chunks, new CountChunk(codes, count, depth, shift, starts));
        for (var level = 0; level <= depth; level++)
        {
            for (var chunk = 0; chunk < chunks; chunk++)
            {
                ref var start = ref _starts[chunk * Levels + level];
                (start, NodeCounts[level]) = (NodeCounts[level], NodeCounts[level] + start);
            }
        }
    }

    /// <summary>Nodes of each level, the leaves last.</summary>
    public int[] NodeCounts { get; }

    /// <summary>Writes masks, ranks, the codes of the leaves and, where the layout has them, the leaves' offsets. The masks are zero before.</summary>
    public void Fill(OctreeLayout layout, byte* buffer)
    {
        var chunks = RadixSort.Chunks(_count);
        var carried = new byte[chunks * Levels];
        fixed (int* starts = _starts)
        fixed (byte* carry = carried)
        fixed (long* masks = layout.Masks)
        {
            var offsets = layout.Kind == OctreeKind.Cells ? null : (uint*)(buffer + layout.Offsets);
            WorkerPool.Run(chunks, new FillChunk(_codes, _count, _depth, _shift, starts, carry, masks, buffer, (ulong*)(buffer + layout.Codes), offsets));
            for (var chunk = 1; chunk < chunks; chunk++)
            {
                for (var level = 0; level < _depth; level++)
                {
                    var before = starts[chunk * Levels + level];
                    if (before > 0)
                        buffer[masks[level] + before - 1] |= carry[chunk * Levels + level];
                }
            }
            if (offsets != null)
                offsets[layout.LeafCount] = (uint)_count;
        }
        for (var level = 0; level < _depth; level++)
            FillRanks((ulong*)(buffer + layout.Masks[level]), (uint*)(buffer + layout.Ranks[level]), layout.Groups(level));
    }

    private static void FillRanks(ulong* words, uint* ranks, int groups)
    {
        var children = 0u;
        for (var group = 0; group < groups; group++)
        {
            ranks[group] = children;
            children += (uint)BitOperations.PopCount(words[group]);
        }
    }

    // The deepest level at which both codes lie in one node; the codes differ.
    private static int SharedLevel(ulong difference, int depth) => depth - 1 - BitOperations.Log2(difference) / 3;

    private readonly struct CountChunk(ulong* codes, int count, int depth, int shift, int* starts) : IParallelWork
    {
        public void Run(int part)
        {
            var (start, end) = RadixSort.Chunk(part, count);
            var own = starts + part * Levels;
            var before = start == 0 ? 0 : codes[start - 1];
            if (start == 0)
            {
                own[0] = 1;
                before = codes[0];
                start = 1;
            }
            for (var i = start; i < end; i++)
            {
                var difference = (codes[i] ^ before) >> shift;
                before = codes[i];
                if (difference != 0)
                    own[SharedLevel(difference, depth) + 1]++;
            }
            // A code that starts a node of one level starts one of every level below.
            for (var level = 1; level <= depth; level++)
                own[level] += own[level - 1];
        }
    }

    private readonly struct FillChunk(ulong* codes, int count, int depth, int shift, int* starts, byte* carry, long* masks, byte* buffer, ulong* leaves, uint* offsets) : IParallelWork
    {
        public void Run(int part)
        {
            var (start, end) = RadixSort.Chunk(part, count);
            var first = starts + part * Levels;
            var next = stackalloc int[Levels];
            var open = stackalloc byte[Levels];
            new Span<int>(first, depth + 1).CopyTo(new Span<int>(next, depth + 1));
            new Span<byte>(open, Levels).Clear();
            for (var i = start; i < end; i++)
            {
                var code = codes[i] >> shift;
                var shared = -1;
                if (i > 0)
                {
                    var difference = code ^ (codes[i - 1] >> shift);
                    if (difference == 0)
                        continue;
                    shared = SharedLevel(difference, depth);
                }
                leaves[next[depth]] = code;
                if (offsets != null)
                    offsets[next[depth]] = (uint)i;
                next[depth]++;
                for (var level = depth - 1; level > shared; level--)
                {
                    Close(part, level, next[level], first[level], open[level]);
                    open[level] = Octant(code, level);
                    next[level]++;
                }
                if (shared >= 0)
                    open[shared] |= Octant(code, shared);
            }
            for (var level = 0; level < depth; level++)
                Close(part, level, next[level], first[level], open[level]);
        }

        // What belongs to a node that an earlier chunk started is added when all chunks are done.
        private void Close(int part, int level, int next, int first, byte mask)
        {
            if (next > first)
                buffer[masks[level] + next - 1] = mask;
            else
                carry[part * Levels + level] = mask;
        }

        private byte Octant(ulong code, int level) => (byte)(1 << (int)((code >> (3 * (depth - 1 - level))) & 7));
    }
}
