using System.Numerics;
using Sparseland.Chance;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Trees.Tests.Omnitrees;

/// <summary>The plain form: nodes with children, changed one by one, brought to normal form by moving shared bisections up until nothing moves.</summary>
internal sealed class PointerTree
{
    public int Mask { get; private set; }

    public PointerTree[] Children { get; private set; } = [];

    public static PointerTree From(Omnitree tree)
    {
        var node = 0;
        PointerTree Read()
        {
            var mask = tree.Refinement(node++);
            var read = new PointerTree { Mask = mask };
            read.Children = [.. Enumerable.Range(0, mask == 0 ? 0 : 1 << BitOperations.PopCount((uint)mask)).Select(_ => Read())];
            return read;
        }
        return Read();
    }

    public Omnitree ToTree(int dimensions)
    {
        var bits = new OmnitreeBits(dimensions);
        void Write(PointerTree node)
        {
            bits.Add(node.Mask);
            foreach (var child in node.Children)
                Write(child);
        }
        Write(this);
        return bits.ToTree();
    }

    public static Omnitree Random(int dimensions, int refinements, RandomStream random, int deepest = 4)
    {
        var root = new PointerTree();
        for (var i = 0; i < refinements; i++)
        {
            var location = new OmnitreeLocation(dimensions);
            var node = root;
            while (node.Mask != 0)
            {
                var child = random.NextInt(node.Children.Length);
                location.Descend(node.Mask, child);
                node = node.Children[child];
            }
            var mask = 1 + random.NextInt((1 << dimensions) - 1);
            for (var dimension = 0; dimension < dimensions; dimension++)
                mask &= location.Level(dimension) < deepest ? -1 : ~(1 << dimension);
            node.Split(mask);
        }
        return root.ToTree(dimensions);
    }

    public IEnumerable<PointerTree> Leaves() => Mask == 0 ? [this] : Children.SelectMany(child => child.Leaves());

    public IEnumerable<PointerTree> Nodes() => Children.SelectMany(child => child.Nodes()).Prepend(this);

    public void Split(int mask)
    {
        if (mask == 0)
            return;
        Mask = mask;
        Children = [.. Enumerable.Range(0, 1 << BitOperations.PopCount((uint)mask)).Select(_ => new PointerTree())];
    }

    /// <summary>Takes bisections back whose children are all boxes.</summary>
    public void Unite(int mask)
    {
        Assert.All(Children, child => Assert.Equal(0, child.Mask));
        var left = Mask & ~mask;
        (Mask, Children) = (0, []);
        Split(left);
    }

    public void Normalize()
    {
        foreach (var child in Children)
            child.Normalize();
        if (Mask == 0)
            return;
        var shared = Children.Aggregate(~0, (all, child) => all & child.Mask) & ~Mask;
        if (shared == 0)
            return;
        var (own, mask) = (Mask, Mask | shared);
        var children = new PointerTree[1 << BitOperations.PopCount((uint)mask)];
        for (var number = 0; number < children.Length; number++)
        {
            // The sides that this number takes, by dimension.
            var sides = Deposit(number, mask);
            children[number] = Children[Extract(sides, own)].Half(shared, sides);
        }
        (Mask, Children) = (mask, children);
        Normalize();
    }

    private PointerTree Half(int taken, int sides)
    {
        var left = Mask & ~taken;
        if (left == 0)
            return Children[Extract(sides, Mask)].Copy();
        var half = new PointerTree { Mask = left };
        half.Children = [.. Enumerable.Range(0, 1 << BitOperations.PopCount((uint)left)).Select(number => Children[Extract(Deposit(number, left) | (sides & taken), Mask)].Copy())];
        return half;
    }

    private PointerTree Copy() => new() { Mask = Mask, Children = [.. Children.Select(child => child.Copy())] };

    private static int Deposit(int number, int mask)
    {
        var spread = 0;
        for (var left = mask; left != 0; left &= left - 1, number >>= 1)
            spread |= (number & 1) * (left & -left);
        return spread;
    }

    private static int Extract(int sides, int mask)
    {
        var (number, place) = (0, 0);
        for (var left = mask; left != 0; left &= left - 1)
            number |= (sides & left & -left) != 0 ? 1 << place++ : 0 << place++;
        return number;
    }
}
