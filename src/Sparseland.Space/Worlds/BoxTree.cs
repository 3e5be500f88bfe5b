using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sparseland.Space.Rays;

namespace Sparseland.Space.Worlds;

/// <summary>What a walk does at the items whose boxes a ray meets.</summary>
internal interface IBoxVisitor
{
    /// <summary>Looks at an item.</summary>
    /// <param name="item">Its number.</param>
    /// <param name="maximum">The distance beyond which nothing counts; made smaller by what is found.</param>
    /// <returns>Whether the walk is over.</returns>
    bool Visit(int item, ref float maximum);
}

/// <summary>A hierarchy over boxes of any kind, for the instances of a scene: binary, flat, divided by the surface-area heuristic over 16 bins (Wald 2007).</summary>
internal sealed class BoxTree
{
    private const int Bins = 16;
    private const int LeafItems = 2;
    private const int DeepestStack = 128;

    // Interval arithmetic of the slab test errs by less than this factor, so that no box is missed (Ize 2013).
    private const float Slack = 1 + 4 * 1.2e-7f;

    private readonly int[] _items;
    private readonly List<Node> _building = [];
    private readonly Node[] _nodes;

    public BoxTree(ReadOnlySpan<Box3> boxes)
    {
        _items = [.. Enumerable.Range(0, boxes.Length)];
        if (boxes.Length > 0)
        {
            _building.Add(default);
            Divide(boxes, 0, 0, boxes.Length, 0);
        }
        _nodes = [.. _building];
        _building.Clear();
    }

    /// <summary>One over each component; where that is no finite number, a very large one of the same sign.</summary>
    public static Vector3 SafeInverse(Vector3 direction) => new(Inverse(direction.X), Inverse(direction.Y), Inverse(direction.Z));

    private static float Inverse(float value) => 1 / (MathF.Abs(value) < 1e-18f ? MathF.CopySign(1e-18f, value) : value);

    /// <summary>Visits the items whose boxes a ray meets, nearer boxes first.</summary>
    [SkipLocalsInit]
    public void Walk<TVisitor>(in Ray ray, ref TVisitor visitor) where TVisitor : struct, IBoxVisitor
    {
        if (_nodes.Length == 0)
            return;
        Span<(int Node, float Distance)> stack = stackalloc (int, float)[DeepestStack];
        var nodes = _nodes.AsSpan();
        var (origin, inverse, maximum) = (ray.Origin, SafeInverse(ray.Direction), ray.Maximum);
        var depth = 0;
        var current = 0;
        if (Enter(in nodes[0], origin, inverse, ray.Minimum, maximum) == float.PositiveInfinity)
            return;
        while (true)
        {
            ref readonly var node = ref nodes[current];
            if (node.Count > 0)
            {
                for (var i = 0; i < node.Count; i++)
                    if (visitor.Visit(_items[node.First + i], ref maximum))
                        return;
            }
            else
            {
                var (near, far) = (node.First, node.First + 1);
                var nearDistance = Enter(in nodes[near], origin, inverse, ray.Minimum, maximum);
                var farDistance = Enter(in nodes[far], origin, inverse, ray.Minimum, maximum);
                if (farDistance < nearDistance)
                    (near, far, nearDistance, farDistance) = (far, near, farDistance, nearDistance);
                if (farDistance < float.PositiveInfinity)
                    stack[depth++] = (far, farDistance);
                if (nearDistance < float.PositiveInfinity)
                {
                    current = near;
                    continue;
                }
            }
            do
            {
                if (depth == 0)
                    return;
                current = stack[--depth].Node;
            }
            while (stack[depth].Distance > maximum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Enter(in Node node, Vector3 origin, Vector3 inverse, float minimum, float maximum)
    {
        var low = (node.Minimum - origin) * inverse;
        var high = (node.Maximum - origin) * inverse;
        var (enter, leave) = (Vector3.MinNative(low, high), Vector3.MaxNative(low, high));
        var first = float.MaxNative(float.MaxNative(enter.X, enter.Y), float.MaxNative(enter.Z, minimum));
        var last = float.MinNative(float.MinNative(leave.X, leave.Y), leave.Z) * Slack;
        return first <= float.MinNative(last, maximum) ? first : float.PositiveInfinity;
    }

    private void Divide(ReadOnlySpan<Box3> boxes, int node, int first, int count, int depth)
    {
        var (bounds, centres) = (Box3.Empty, Box3.Empty);
        for (var i = first; i < first + count; i++)
        {
            bounds = bounds.Including(boxes[_items[i]]);
            centres = centres.Including(boxes[_items[i]].Centre);
        }
        var middle = count > LeafItems ? Split(boxes, first, count, centres, depth) : first;
        if (middle == first)
        {
            _building[node] = new(bounds.Minimum, first, bounds.Maximum, count);
            return;
        }
        var left = _building.Count;
        _building.Add(default);
        _building.Add(default);
        _building[node] = new(bounds.Minimum, left, bounds.Maximum, 0);
        Divide(boxes, left, first, middle - first, depth + 1);
        Divide(boxes, left + 1, middle, first + count - middle, depth + 1);
    }

    // Where the second half begins, after putting the items in its order.
    private int Split(ReadOnlySpan<Box3> boxes, int first, int count, Box3 centres, int depth)
    {
        var extent = centres.Extent;
        var axis = extent.X >= extent.Y && extent.X >= extent.Z ? 0 : extent.Y >= extent.Z ? 1 : 2;
        // Beyond this depth halves keep the stack small whatever the boxes are.
        if (depth > 60 || !(extent[axis] > 0))
            return first + count / 2;
        var scale = Bins / extent[axis];
        var lowest = centres.Minimum[axis];
        Span<Box3> around = stackalloc Box3[Bins];
        Span<int> inside = stackalloc int[Bins];
        around.Fill(Box3.Empty);
        inside.Clear();
        for (var i = first; i < first + count; i++)
        {
            var bin = BinOf(boxes[_items[i]], axis, lowest, scale);
            around[bin] = around[bin].Including(boxes[_items[i]]);
            inside[bin]++;
        }
        var border = Best(around, inside);
        var (left, right) = (first, first + count - 1);
        while (left <= right)
        {
            if (BinOf(boxes[_items[left]], axis, lowest, scale) < border)
                left++;
            else
                (_items[left], _items[right]) = (_items[right--], _items[left]);
        }
        return left > first && left < first + count ? left : first + count / 2;
    }

    private static int BinOf(Box3 box, int axis, float lowest, float scale) => Math.Clamp((int)((box.Centre[axis] - lowest) * scale), 0, Bins - 1);

    private static int Best(ReadOnlySpan<Box3> around, ReadOnlySpan<int> inside)
    {
        Span<float> right = stackalloc float[Bins];
        var (box, count) = (Box3.Empty, 0);
        for (var bin = Bins - 1; bin > 0; bin--)
        {
            (box, count) = (box.Including(around[bin]), count + inside[bin]);
            right[bin] = Cost(box, count);
        }
        var (best, least) = (Bins / 2, float.PositiveInfinity);
        (box, count) = (Box3.Empty, 0);
        for (var border = 1; border < Bins; border++)
        {
            (box, count) = (box.Including(around[border - 1]), count + inside[border - 1]);
            var cost = Cost(box, count) + right[border];
            if (cost < least)
                (best, least) = (border, cost);
        }
        return best;
    }

    private static float Cost(Box3 box, int count)
    {
        var e = box.Extent;
        return count == 0 ? 0 : count * (e.X * e.Y + e.Y * e.Z + e.Z * e.X);
    }

    // An inner node has count 0 and its children at First and First + 1.
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Node(Vector3 Minimum, int First, Vector3 Maximum, int Count);
}
