using Sparseland.Space.Meshes;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Space.Rays;

/// <summary>
/// Builds the wide hierarchy from above: a node's boxes are divided in two where the surface area heuristic over 16 bins an axis says (Wald, "On fast construction of SAH-based bounding volume hierarchies", 2007),
/// the largest first, until there are eight or each fits in a block. The upper levels are divided by all threads together; what is small enough then is a task of its own. Where the tasks are cut
/// depends on the mesh alone, and so does the tree.
/// </summary>
internal sealed unsafe class BvhBuilder
{
    private const int TaskShare = 64;
    private const int LeastTask = 4096;

    private readonly TriangleMesh _mesh;
    private readonly CancellationToken _cancellation;
    private readonly BvhDivision _division;
    private readonly int _taskSize;
    private readonly List<(BvhRange Range, int Depth)> _tasks = [];
    private readonly BvhPart _top = new();
    private BvhPart[] _parts = [];

    private BvhBuilder(TriangleMesh mesh, CancellationToken cancellation)
    {
        (_mesh, _cancellation) = (mesh, cancellation);
        _division = new(mesh.TriangleCount);
        _taskSize = Math.Max(LeastTask, mesh.TriangleCount / TaskShare);
    }

    /// <summary>The nodes and blocks of a mesh.</summary>
    public static (TensorStorage<float> Nodes, TensorStorage<float> Blocks) Build(TriangleMesh mesh, CancellationToken cancellation)
    {
        var builder = new BvhBuilder(mesh, cancellation);
        var root = BvhBoxes.Gather(mesh, builder._division);
        builder.Node(builder._top, root, 0, isTop: true);
        builder._parts = new BvhPart[builder._tasks.Count];
        WorkerPool.Run(builder._tasks.Count, new TaskWork(builder));
        cancellation.ThrowIfCancellationRequested();
        return builder.Assemble();
    }

    // Fills a node from a range of boxes and returns its number in the part.
    private int Node(BvhPart part, in BvhRange range, int depth, bool isTop)
    {
        _cancellation.ThrowIfCancellationRequested();
        var children = stackalloc BvhRange[BvhLayout.Width];
        var count = range.Count == 0 ? 0 : 1;
        children[0] = range;
        var inHalves = depth >= BvhLayout.BalancedDepth;
        while (count is > 0 and < BvhLayout.Width)
        {
            var largest = Largest(children, count, inHalves);
            if (largest < 0)
                break;
            _division.Divide(children[largest], inHalves, isTop, out var lower, out var upper);
            (children[largest], children[count++]) = (lower, upper);
        }
        var node = part.AddNode();
        for (var i = 0; i < BvhLayout.Width; i++)
            part.SetBox(node, i, i < count ? children[i].Bounds : BvhRange.Nothing);
        for (var i = 0; i < count; i++)
            part.SetReference(node, i, Reference(part, children[i], depth + 1, isTop));
        return node;
    }

    // Of the ranges that do not fit in a block, the one with the largest surface, or with the most boxes where they are halved; -1 when all fit.
    private static int Largest(BvhRange* children, int count, bool byCount)
    {
        var (largest, area) = (-1, float.NegativeInfinity);
        for (var i = 0; i < count; i++)
        {
            if (children[i].Count <= BvhLayout.Width)
                continue;
            var own = byCount ? children[i].Count : BvhRange.HalfArea(children[i].Bounds);
            if (largest < 0 || own > area)
                (largest, area) = (i, own);
        }
        return largest;
    }

    private int Reference(BvhPart part, in BvhRange range, int depth, bool isTop)
    {
        if (range.Count <= BvhLayout.Width)
            return ~part.AddLeaf(range);
        if (!isTop || range.Count > _taskSize)
            return Node(part, range, depth, isTop);
        _tasks.Add((range, depth));
        return BvhPart.FirstTask + _tasks.Count - 1;
    }

    private void RunTask(int task)
    {
        if (_cancellation.IsCancellationRequested)
            return;
        var part = new BvhPart();
        try
        {
            Node(part, _tasks[task].Range, _tasks[task].Depth, isTop: false);
        }
        catch (OperationCanceledException)
        {
            return; // Parts of the pool must not throw; the caller sees the token itself.
        }
        _parts[task] = part;
    }

    private (TensorStorage<float> Nodes, TensorStorage<float> Blocks) Assemble()
    {
        var (nodeCount, leafCount) = (_top.NodeCount, _top.Leaves.Count);
        foreach (var part in _parts)
        {
            (part.FirstNode, part.FirstLeaf) = (nodeCount, leafCount);
            (nodeCount, leafCount) = (nodeCount + part.NodeCount, leafCount + part.Leaves.Count);
        }
        var nodes = new TensorStorage<float>((long)nodeCount * BvhLayout.NodeFloats, zeroed: false);
        var blocks = new TensorStorage<float>((long)leafCount * BvhLayout.BlockFloats, zeroed: false);
        WorkerPool.Run(_parts.Length + 1, new AssembleWork(this, nodes, blocks));
        GC.KeepAlive(_division);
        return (nodes, blocks);
    }

    private readonly struct TaskWork(BvhBuilder builder) : IParallelWork
    {
        public void Run(int part) => builder.RunTask(part);
    }

    private readonly struct AssembleWork(BvhBuilder builder, TensorStorage<float> nodes, TensorStorage<float> blocks) : IParallelWork
    {
        public void Run(int part)
        {
            var source = part == 0 ? builder._top : builder._parts[part - 1];
            source.CopyNodes(nodes.Pointer, builder._parts);
            for (var leaf = 0; leaf < source.Leaves.Count; leaf++)
                builder._division.FillBlock(builder._mesh, source.Leaves[leaf], blocks.Pointer + (long)(source.FirstLeaf + leaf) * BvhLayout.BlockFloats);
        }
    }
}
