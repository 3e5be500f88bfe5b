using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Fields;
using Sparseland.Threads;
using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Surfaces;

/// <summary>Where a surface crosses the lattice's edges, and its normals there, of length one or zero: the Hermite data of dual contouring.</summary>
internal sealed class EdgeCrossings
{
    private const int PointsPerBatch = 1 << 16;

    private EdgeCrossings(Vector3[] points, Vector3[] normals) => (Points, Normals) = (points, normals);

    /// <summary>A point for each edge, by its number.</summary>
    public Vector3[] Points { get; }

    /// <summary>A normal for each edge, towards larger values.</summary>
    public Vector3[] Normals { get; }

    /// <summary>Crossings of a field, nearer and nearer by the method of false position in its Illinois form (Dowell and Jarratt, 1971), with its gradients.</summary>
    public static EdgeCrossings Of(SurfaceCells cells, IBatchField field, int refinements, CancellationToken cancellationToken)
    {
        var points = cells.Crossings();
        var normals = new Vector3[points.Length];
        var (inside, outside) = Ends(cells);
        var kept = new sbyte[points.Length];
        for (var start = 0; start < points.Length; start += PointsPerBatch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(PointsPerBatch, points.Length - start);
            var distances = new float[count];
            var batch = points.AsSpan(start, count);
            var steps = Steps(inside.AsSpan(start, count), outside.AsSpan(start, count));
            for (var round = 0; round < refinements; round++)
            {
                field.Distances(batch, distances);
                Narrow(batch, distances, inside.AsSpan(start, count), outside.AsSpan(start, count), kept.AsSpan(start, count), cells.Level);
            }
            AddNormals(field, batch, steps, distances, normals.AsSpan(start, count));
        }
        return new(points, normals);
    }

    /// <summary>Crossings in a grid, by linear interpolation of values and of their differences.</summary>
    public static EdgeCrossings Of(SurfaceCells cells, VoxelGrid<float> grid)
    {
        var points = cells.Crossings();
        var normals = new Vector3[points.Length];
        WorkerPool.Run(cells.Blocks, new Differences(cells, grid, points, normals));
        return new(points, normals);
    }

    // The ends of the intervals in which the crossings are, the values less the level as fourth coordinates: at first the edges' ends.
    private static (Vector4[] Inside, Vector4[] Outside) Ends(SurfaceCells cells)
    {
        var (inside, outside) = (new Vector4[cells.EdgeCount], new Vector4[cells.EdgeCount]);
        WorkerPool.Run(cells.Blocks, new FindEnds(cells, inside, outside));
        return (inside, outside);
    }

    // Each point becomes an end of its interval, and the next point is where the line between the ends' values is zero; an end that stays twice counts half, so that it moves too.
    private static void Narrow(Span<Vector3> points, ReadOnlySpan<float> distances, Span<Vector4> inside, Span<Vector4> outside, Span<sbyte> kept, float level)
    {
        for (var i = 0; i < points.Length; i++)
        {
            var value = distances[i] - level;
            if (value < 0)
                inside[i] = new(points[i], value);
            else
                outside[i] = new(points[i], value);
            var stayed = (sbyte)(value < 0 ? 1 : -1);
            if (kept[i] == stayed)
                (value < 0 ? ref outside[i] : ref inside[i]).W *= 0.5f;
            kept[i] = stayed;
            var share = inside[i].W / (inside[i].W - outside[i].W);
            points[i] = Vector4.Lerp(inside[i], outside[i], float.IsFinite(share) ? share : 0.5f).AsVector3();
        }
    }

    // How far from a crossing its normal is asked for: at the surface itself a distance's gradient is rounding, or not there.
    private static Vector3[] Steps(ReadOnlySpan<Vector4> inside, ReadOnlySpan<Vector4> outside)
    {
        const float share = 0.02f;
        var steps = new Vector3[inside.Length];
        for (var i = 0; i < steps.Length; i++)
            steps[i] = share * (outside[i] - inside[i]).AsVector3();
        return steps;
    }

    // The mean of the gradients a step before and a step behind each crossing.
    private static void AddNormals(IBatchField field, ReadOnlySpan<Vector3> points, Vector3[] steps, float[] distances, Span<Vector3> normals)
    {
        var (places, gradients) = (new Vector3[points.Length], new Vector3[points.Length]);
        for (var side = -1; side <= 1; side += 2)
        {
            for (var i = 0; i < places.Length; i++)
                places[i] = points[i] + side * steps[i];
            field.DistancesAndGradients(places, distances, gradients);
            RequireNumbers(places, gradients);
            for (var i = 0; i < gradients.Length; i++)
                normals[i] += gradients[i];
        }
        for (var i = 0; i < normals.Length; i++)
        {
            var length = normals[i].Length();
            normals[i] = length > 0 ? normals[i] / length : Vector3.Zero;
        }
    }

    private static void RequireNumbers(ReadOnlySpan<Vector3> points, ReadOnlySpan<Vector3> normals)
    {
        for (var i = 0; i < normals.Length; i++)
        {
            if (!float.IsFinite(normals[i].X + normals[i].Y + normals[i].Z))
                throw new NumericalException($"the field's gradient at {points[i]} is {normals[i]}, and it must be finite; clip the field or choose another box");
        }
    }

    private readonly struct FindEnds(SurfaceCells cells, Vector4[] inside, Vector4[] outside) : IParallelWork
    {
        public void Run(int part)
        {
            if (cells.FirstEdge[part] == cells.FirstEdge[part + 1])
                return;
            Span<float> window = stackalloc float[SurfaceSamples.WindowSamples];
            cells.Samples.Read(part, window);
            foreach (var edge in new BlockEdges(cells, part))
            {
                var (from, to) = (Value(window, edge.Sample, edge.Lower), Value(window, edge.UpperSample, edge.Upper));
                (inside[edge.Number], outside[edge.Number]) = from.W < 0 ? (from, to) : (to, from);
            }
        }

        private Vector4 Value(ReadOnlySpan<float> window, int sample, Vector3 lattice) => new(cells.Samples.Frame.PointAt(lattice), window[sample] - cells.Level);
    }

    private readonly struct Differences(SurfaceCells cells, VoxelGrid<float> grid, Vector3[] points, Vector3[] normals) : IParallelWork
    {
        public void Run(int part)
        {
            if (cells.FirstEdge[part] == cells.FirstEdge[part + 1])
                return;
            var accessor = grid.Accessor();
            foreach (var edge in new BlockEdges(cells, part))
            {
                var place = grid.Frame.PlaceOf(points[edge.Number]);
                var share = Math.Clamp(place[edge.Axis] - edge.Lower[edge.Axis], 0, 1);
                var normal = Vector3.Lerp(Difference(accessor, edge.Lower), Difference(accessor, edge.Upper), share);
                var length = normal.Length();
                normals[edge.Number] = length > 0 && float.IsFinite(length) ? normal / length : Vector3.Zero;
            }
        }

        private static Vector3 Difference(VoxelAccessor<float> accessor, Vector3 place)
        {
            var (x, y, z) = ((int)place.X, (int)place.Y, (int)place.Z);
            return new(accessor.Get(x + 1, y, z) - accessor.Get(x - 1, y, z), accessor.Get(x, y + 1, z) - accessor.Get(x, y - 1, z), accessor.Get(x, y, z + 1) - accessor.Get(x, y, z - 1));
        }
    }
}
