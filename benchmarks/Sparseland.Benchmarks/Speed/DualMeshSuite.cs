using System.Numerics;
using Sparseland.Space.Fields;
using Sparseland.Space.Meshes;
using Sparseland.Space.Surfaces.DualMesh;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Meshing an unsigned distance beside the questions to the distance alone.</summary>
internal sealed class DualMeshSuite : ISpeedSuite
{
    // Everything but the questions shall cost less than 30 % of them.
    private const double Goal = 1 / 1.3;

    public string Name => "dualmesh";

    public string Title => "DualMesh-UDF";

    public string Explanation => "Exact unsigned distances of an open mesh, a Möbius strip of 16,384 triangles, meshed at depth 7; milliseconds for a million questions to the field. "
        + "Peer: the same questions in the same batches and nothing else.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        var mesh = MeshPrimitives.MoebiusStrip(0.6f, 0.4f, 512, 16);
        var options = new DualMeshOptions { Bounds = mesh.Bounds.Widened(0.05f), MaximumDepth = quick ? 6 : 7 };
        var field = MeshDistanceField.Unsigned(mesh);
        var record = new Record(field);
        var queries = DualMeshUdf.Extract(record, options).Statistics.Queries;
        foreach (var threads in new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            var results = Rivals.Measure([new("Questions alone", _ => record.Replay()), new("Sparseland", _ => DualMeshUdf.Extract(field, options))], threads, quick ? 3 : 5, 0.01);
            yield return Measurement.FromTimes(Name, $"depth {options.MaximumDepth}, {queries / 1000:N0} thousand questions", threads, "ms per million questions", queries / 1e6, results) with { Goal = Goal };
        }
    }

    /// <summary>A field that keeps what it was asked, to be asked again.</summary>
    private sealed class Record(IBatchField field) : IBatchField
    {
        private readonly List<(Vector3[] Points, bool Gradients)> _batches = [];
        private float[] _distances = [];
        private Vector3[] _gradients = [];

        public void Distances(ReadOnlySpan<Vector3> points, Span<float> distances)
        {
            _batches.Add((points.ToArray(), false));
            field.Distances(points, distances);
        }

        public void DistancesAndGradients(ReadOnlySpan<Vector3> points, Span<float> distances, Span<Vector3> gradients)
        {
            _batches.Add((points.ToArray(), true));
            field.DistancesAndGradients(points, distances, gradients);
        }

        public void Replay()
        {
            if (_distances.Length == 0)
                (_distances, _gradients) = (new float[_batches.Max(batch => batch.Points.Length)], new Vector3[_batches.Max(batch => batch.Points.Length)]);
            foreach (var (points, gradients) in _batches)
            {
                if (gradients)
                    field.DistancesAndGradients(points, _distances, _gradients);
                else
                    field.Distances(points, _distances);
            }
        }
    }
}
