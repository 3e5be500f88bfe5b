using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Images;
using Sparseland.Space.Rays;
using Sparseland.Threads;

namespace Sparseland.Space.Meshes;

/// <summary>A quick look at a mesh: all of it from the front, right and above, in parallel rays, shaded by how triangles face the light. Triangles seen from behind are tinted, so that holes and turned triangles show.</summary>
public static class MeshPicture
{
    private const int RowsPerPart = 4;

    // Rays for each pixel along a side.
    private const int Samples = 2;
    private const float Margin = 1.04f;

    private static readonly Vector3 Paper = new(1, 1, 1);
    private static readonly Vector3 Plain = new(0.55f, 0.58f, 0.62f);
    private static readonly Vector3 Behind = new(0.75f, 0.35f, 0.2f);

    /// <summary>Draws a mesh.</summary>
    /// <param name="surface">The hierarchy of the mesh.</param>
    /// <param name="width">Columns, 1 to 16384.</param>
    /// <param name="height">Rows, 1 to 16384.</param>
    /// <exception cref="InvalidSettingException">A size is out of range.</exception>
    /// <exception cref="MismatchException">The mesh has no triangles.</exception>
    public static Image<Rgb8> Draw(Bvh surface, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(surface);
        if (width is < 1 or > 16384 || height is < 1 or > 16384)
            throw new InvalidSettingException($"a picture of {width} x {height} pixels; 1 to 16384 are possible");
        if (surface.Mesh.TriangleCount == 0)
            throw new MismatchException("a mesh without triangles has nothing to draw; give one with at least one triangle");
        var image = new Image<Rgb8>(width, height);
        WorkerPool.Run((height + RowsPerPart - 1) / RowsPerPart, new DrawRows(surface, new(surface.Mesh, width, height), image));
        return image;
    }

    /// <summary>Where rays begin and go: axes of the picture through the middle of the mesh, in metres a pixel.</summary>
    private sealed class Projection
    {
        public Projection(TriangleMesh mesh, int width, int height)
        {
            Forward = Vector3.Normalize(new(-0.55f, 1, -0.45f));
            Right = Vector3.Normalize(Vector3.Cross(Forward, Vector3.UnitZ));
            Up = Vector3.Cross(Right, Forward);
            var (lower, upper) = (new Vector3(float.MaxValue), new Vector3(float.MinValue));
            foreach (var vertex in mesh.Triangles)
            {
                var p = mesh.Positions[vertex];
                var seen = new Vector3(Vector3.Dot(p, Right), Vector3.Dot(p, Up), Vector3.Dot(p, Forward));
                (lower, upper) = (Vector3.Min(lower, seen), Vector3.Max(upper, seen));
            }
            var extent = upper - lower;
            PixelSize = Margin * Math.Max(Math.Max(extent.X / width, extent.Y / height), 1e-20f);
            var middle = 0.5f * (lower + upper);
            // From a little before the nearest vertex.
            Origin = (middle.X - 0.5f * width * PixelSize) * Right + (middle.Y + 0.5f * height * PixelSize) * Up + (lower.Z - 0.01f * extent.Length() - PixelSize) * Forward;
        }

        public Vector3 Origin { get; }

        public Vector3 Forward { get; }

        public Vector3 Right { get; }

        public Vector3 Up { get; }

        public float PixelSize { get; }
    }

    private readonly struct DrawRows(Bvh surface, Projection view, Image<Rgb8> image) : IParallelWork
    {
        public void Run(int part)
        {
            var light = Vector3.Normalize(-view.Forward - 0.5f * view.Right + 0.8f * view.Up);
            for (var row = part * RowsPerPart; row < Math.Min(image.Height, (part + 1) * RowsPerPart); row++)
            {
                for (var column = 0; column < image.Width; column++)
                {
                    var sum = Vector3.Zero;
                    for (var sample = 0; sample < Samples * Samples; sample++)
                    {
                        var (x, y) = (column + (sample % Samples + 0.5f) / Samples, row + (sample / Samples + 0.5f) / Samples);
                        sum += Seen(new(view.Origin + view.PixelSize * (x * view.Right - y * view.Up), view.Forward), light);
                    }
                    image.Pixels[row * image.Width + column] = StandardRgb.Encode(sum / (Samples * Samples));
                }
            }
        }

        private Vector3 Seen(in Ray ray, Vector3 light)
        {
            var hit = surface.FirstHit(ray);
            if (!hit.IsHit)
                return Paper;
            var mesh = surface.Mesh;
            var normal = Vector3.Normalize(mesh.AreaNormal(hit.Triangle));
            var isBehind = Vector3.Dot(normal, ray.Direction) > 0;
            if (isBehind)
                normal = -normal;
            var colour = isBehind ? Behind : mesh.Colours is null ? Plain : MeshPaint.At(mesh, hit.Triangle, hit.U, hit.V);
            return colour * (0.25f + 0.75f * Math.Max(0, Vector3.Dot(normal, light)));
        }
    }
}
