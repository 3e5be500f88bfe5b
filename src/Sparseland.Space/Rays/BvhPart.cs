using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sparseland.Space.Rays;

/// <summary>The nodes and leaves that one task of the builder made, numbered from zero until it is known where they go.</summary>
internal sealed unsafe class BvhPart
{
    /// <summary>References from here on are tasks, whose roots take their places.</summary>
    public const int FirstTask = 1 << 30;

    private float[] _nodes = new float[64 * BvhLayout.NodeFloats];

    public int NodeCount { get; private set; }

    public List<BvhRange> Leaves { get; } = [];

    public int FirstNode { get; set; }

    public int FirstLeaf { get; set; }

    public int AddNode()
    {
        if ((NodeCount + 1) * BvhLayout.NodeFloats > _nodes.Length)
            Array.Resize(ref _nodes, 2 * _nodes.Length);
        return NodeCount++;
    }

    public int AddLeaf(in BvhRange range)
    {
        Leaves.Add(range);
        return Leaves.Count - 1;
    }

    public void SetBox(int node, int child, Vector256<float> box)
    {
        var place = _nodes.AsSpan(node * BvhLayout.NodeFloats + child);
        for (var axis = 0; axis < 3; axis++)
        {
            place[2 * axis * BvhLayout.Width] = box[axis];
            place[(2 * axis + 1) * BvhLayout.Width] = -box[axis + 4];
        }
        place[BvhLayout.ReferenceRow] = 0;
    }

    public void SetReference(int node, int child, int reference) =>
        _nodes[node * BvhLayout.NodeFloats + BvhLayout.ReferenceRow + child] = BitConverter.Int32BitsToSingle(reference);

    /// <summary>Copies the nodes to their place and makes the references those of the whole.</summary>
    public void CopyNodes(float* nodes, BvhPart[] tasks)
    {
        var own = new Span<float>(nodes + (long)FirstNode * BvhLayout.NodeFloats, NodeCount * BvhLayout.NodeFloats);
        _nodes.AsSpan(0, own.Length).CopyTo(own);
        var bits = MemoryMarshal.Cast<float, int>(own);
        for (var node = 0; node < NodeCount; node++)
        {
            foreach (ref var reference in bits.Slice(node * BvhLayout.NodeFloats + BvhLayout.ReferenceRow, BvhLayout.Width))
                reference = reference < 0 ? reference - FirstLeaf : reference >= FirstTask ? tasks[reference - FirstTask].FirstNode : reference + FirstNode;
        }
    }
}
