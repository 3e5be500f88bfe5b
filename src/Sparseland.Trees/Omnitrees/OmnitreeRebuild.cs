using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Trees.Omnitrees;

/// <summary>
/// Planned refinement and coarsening in one pass. The downward sweep carries the markers to the boxes (one below zero is used up where the node is bisected in that dimension), which gives each box the
/// levels it shall have; the rebuild then goes through regions from the root
/// on: a region is bisected in the dimensions in which all its boxes shall be finer than it. This is the fixed point of the paper's upward sweep, which moves what all siblings share to their parent until
/// nothing moves: in normal form a node has bit j exactly if every box below it is finer in j (by induction: children in normal form that all have bit j would pass it on). So no bit has to wander, and
/// the result is normal whatever the old tree was. Where boxes to be united disagree and no dimension is wanted by all, the region is bisected in those that any of its boxes wants.
/// Time: boxes times depth.
/// </summary>
internal sealed class OmnitreeRebuild
{
    private readonly Omnitree _tree;
    private readonly PackedLevels[] _levels, _wanted;
    private readonly ulong[] _indices;
    private readonly OmnitreeBits _bits;
    private readonly List<int> _oldStarts = [0], _oldBoxes = [];

    // The boxes of the regions on the way down, one region's after the other, and which children each shares volume with: those that agree with the code in the mask's other bits.
    private int[] _members;
    private (ushort Code, ushort Free)[] _children;

    public OmnitreeRebuild(Omnitree tree)
    {
        _tree = tree;
        var boxes = tree.BoxCount;
        (_levels, _wanted, _indices) = (new PackedLevels[boxes], new PackedLevels[boxes], new ulong[boxes * tree.Dimensions]);
        _members = new int[2 * boxes];
        _children = new (ushort, ushort)[2 * boxes];
        _bits = new(tree.Dimensions);
    }

    public OmnitreeAdaptation Run(OmnitreePlan plan)
    {
        SweepDown(plan.Markers);
        RequireRoom();
        for (var box = 0; box < _tree.BoxCount; box++)
            _members[box] = box;
        Build(0, _tree.BoxCount, _tree.BoxCount, default);
        return new(_tree, _bits.ToTree(), [.. _oldStarts], [.. _oldBoxes]);
    }

    private void SweepDown(ReadOnlySpan<PackedLevels> markers)
    {
        var walker = new OmnitreeWalker(_tree.Dimensions, _tree.Words);
        // For each node on the way to the present one: bisections taken back at it or above, and what is left for the nodes below it.
        var way = new List<(PackedLevels Taken, PackedLevels Left)>();
        var box = 0;
        while (walker.MoveNext())
        {
            way.RemoveRange(walker.Depth, way.Count - walker.Depth);
            var (taken, left) = walker.Depth == 0 ? default : way[^1];
            left += markers[walker.Node];
            var takes = PackedLevels.FromMask(default(PackedLevels).Above(left) & walker.Refinement);
            (taken, left) = (taken + takes, left + takes);
            way.Add((taken, left));
            if (walker.Refinement != 0)
                continue;
            ref readonly var location = ref walker.Location;
            _levels[box] = location.Levels;
            _wanted[box] = location.Levels + PackedLevels.Max(left, default) - taken;
            for (var dimension = 0; dimension < _tree.Dimensions; dimension++)
            {
                _indices[box * _tree.Dimensions + dimension] = location.Indices[dimension];
                if (_wanted[box][dimension] > Omnitree.MaximumLevel)
                    throw new InvalidSettingException($"box {box} would be of level {_wanted[box][dimension]} in dimension {dimension}: the deepest is {Omnitree.MaximumLevel}");
            }
            box++;
        }
    }

    private void RequireRoom()
    {
        var boxes = 0.0;
        for (var box = 0; box < _levels.Length; box++)
        {
            var levels = 0;
            for (var dimension = 0; dimension < _tree.Dimensions; dimension++)
                levels += Math.Max(0, _wanted[box][dimension] - _levels[box][dimension]);
            boxes += Math.ScaleB(1, levels);
        }
        if (boxes > Omnitree.MaximumNodes / 2)
            throw new ResourceLimitException($"the refined omnitree would have {boxes:G3} boxes, and {Omnitree.MaximumNodes / 2} are possible: the levels of a regular grid may add up to {BitOperations.Log2(Omnitree.MaximumNodes / 2)}");
    }

    // Emits the region of the members [start, end) that lies at the given levels, and all below it; places from top on are free.
    private void Build(int start, int end, int top, PackedLevels at)
    {
        var (least, most) = (_wanted[_members[start]], _wanted[_members[start]]);
        for (var i = start + 1; i < end; i++)
        {
            var wanted = _wanted[_members[i]];
            least = PackedLevels.Min(least, wanted);
            most = PackedLevels.Max(most, wanted);
        }
        var mask = least.Above(at);
        if (mask == 0)
            mask = most.Above(at);
        if (_bits.Nodes == Omnitree.MaximumNodes)
            throw new ResourceLimitException($"the adapted omnitree would have more than {Omnitree.MaximumNodes} nodes; refine less");
        _bits.Add(mask);
        if (mask == 0)
        {
            _oldBoxes.AddRange(_members.AsSpan(start, end - start));
            _oldStarts.Add(_oldBoxes.Count);
            return;
        }
        var below = at + PackedLevels.FromMask(mask);
        var children = 1 << BitOperations.PopCount((uint)mask);
        if (end - start == 1)
        {
            for (var child = 0; child < children; child++)
                Build(start, end, top, below);
            return;
        }
        var starts = Distribute(start, end, top, at, mask, children);
        for (var child = 0; child < children; child++)
            Build(starts[child], starts[child + 1], starts[children], below);
    }

    // Lists the members of each child from top on, in their order; where each begins, and the end.
    private int[] Distribute(int start, int end, int top, PackedLevels at, int mask, int children)
    {
        var starts = new int[children + 1];
        for (var i = start; i < end; i++)
        {
            _children[i] = Place(_members[i], at, mask);
            var (code, free) = _children[i];
            // Every subset of the free bits, the empty one last.
            for (int subset = free; ; subset = (subset - 1) & free)
            {
                starts[(code | subset) + 1]++;
                if (subset == 0)
                    break;
            }
        }
        starts[0] = top;
        for (var child = 0; child < children; child++)
            starts[child + 1] += starts[child];
        if (starts[children] > _members.Length)
        {
            var length = Math.Max(starts[children], 2 * _members.Length);
            Array.Resize(ref _members, length);
            Array.Resize(ref _children, length);
        }
        var next = starts.AsSpan(0, children).ToArray();
        for (var i = start; i < end; i++)
        {
            var (code, free) = _children[i];
            for (int subset = free; ; subset = (subset - 1) & free)
            {
                _members[next[code | subset]++] = _members[i];
                if (subset == 0)
                    break;
            }
        }
        return starts;
    }

    // The child of a region that a box lies in; in dimensions in which the box is as wide as the region, in both halves.
    private (ushort Code, ushort Free) Place(int box, PackedLevels at, int mask)
    {
        var (code, free, place) = (0, 0, 0);
        for (var left = mask; left != 0; left &= left - 1, place++)
        {
            var dimension = BitOperations.TrailingZeroCount(left);
            var deeper = _levels[box][dimension] - at[dimension];
            if (deeper > 0)
                code |= (int)((_indices[box * _tree.Dimensions + dimension] >> (deeper - 1)) & 1) << place;
            else
                free |= 1 << place;
        }
        return ((ushort)code, (ushort)free);
    }
}
