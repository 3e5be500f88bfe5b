using System.Diagnostics;
using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Meshes;
using Sparseland.Space.Omnitrees;
using Sparseland.Threads;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Point location in an omnitree, against nodes and pointers; and growth of trees to a torus of 10,000 triangles, octree and omnitree.</summary>
internal sealed class OmnitreeSuite : ISpeedSuite
{
    private const int Points = 1 << 18;

    public string Name => "omnitrees";

    public string Title => "Omnitrees";

    public string Explanation => "Growth to a closed mesh, a torus: every box sampled at 4,096 points for its best halving and at 4,096 for its occupancy, the error measured at 262,144; beside an octree of as many boxes. "
        + "Point location: uniform random points in that tree, against a descent by objects with their centres and children.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        var body = new MeshBody(MeshPrimitives.Torus(1, 0.4f, 100, 50));
        var options = new ShapeFitOptions { Boxes = quick ? 512 : 4096, Curve = false };
        ShapeFit.Grow(body, options with { Boxes = 64 });
        OmnitreeShape? shape = null;
        foreach (var threads in new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            var octree = Seconds(() => ShapeFit.Grow(body, options with { Criterion = ShapeCriterion.Octree }));
            var omnitree = Seconds(() => shape = ShapeFit.Grow(body, options).Shape);
            yield return Measurement.FromTimes(Name, $"growth to {options.Boxes:N0} boxes, mesh of {body.Mesh.TriangleCount:N0} triangles", threads, "ms/fit", 1,
                [new("Octree", octree, octree, 1), new("Sparseland", omnitree, omnitree, octree / omnitree)]);
        }
        var random = new RandomStream(1, "locations");
        var points = new double[3 * Points];
        foreach (ref var coordinate in points.AsSpan())
            coordinate = random.NextDouble();
        var boxes = new int[Points];
        var root = PointerNode.Of(shape!.Tree);
        foreach (var threads in new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            var results = Rivals.Measure([new("Pointers", _ => root.Locate(points, boxes)), new("Sparseland", _ => shape.Tree.Locate(points, boxes))], threads, quick ? 3 : 7, 0.05);
            yield return Measurement.From(Name, $"omnitree of {shape.Tree.BoxCount:N0} boxes, points located", threads, "M/s", results.Select(_ => Points * 1e3), results, 0);
        }
        WorkerPool.ThreadCount = 1;
    }

    private static double Seconds(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The plain form: an object a node, with its centre and its children.</summary>
    private sealed class PointerNode
    {
        private int _mask, _box;
        private readonly double[] _centre = new double[3];
        private PointerNode[] _children = [];

        public static PointerNode Of(Omnitree tree)
        {
            var node = 0;
            PointerNode Read()
            {
                var at = node++;
                var location = tree.LocationOf(at);
                var read = new PointerNode { _mask = tree.Refinement(at), _box = tree.BoxOf(at) };
                for (var dimension = 0; dimension < 3; dimension++)
                    read._centre[dimension] = (location.Minimum(dimension) + location.Maximum(dimension)) / 2;
                read._children = [.. Enumerable.Range(0, read._mask == 0 ? 0 : 1 << BitOperations.PopCount((uint)read._mask)).Select(_ => Read())];
                return read;
            }
            return Read();
        }

        public void Locate(double[] points, int[] boxes)
        {
            for (var i = 0; i < boxes.Length; i++)
            {
                var node = this;
                while (node._mask != 0)
                {
                    var (child, place) = (0, 0);
                    for (var left = node._mask; left != 0; left &= left - 1, place++)
                    {
                        var dimension = BitOperations.TrailingZeroCount(left);
                        child |= points[3 * i + dimension] >= node._centre[dimension] ? 1 << place : 0;
                    }
                    node = node._children[child];
                }
                boxes[i] = node._box;
            }
        }
    }
}
