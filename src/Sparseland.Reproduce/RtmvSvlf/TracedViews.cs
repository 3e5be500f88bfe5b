using System.Numerics;
using Sparseland.Chance;
using Sparseland.Progress;
using Sparseland.Space.Cameras;
using Sparseland.Space.Views;
using Sparseland.Space.Worlds;
using Sparseland.Space.Worlds.Lights;
using Sparseland.Space.Worlds.Materials;
using Sparseland.Space.Worlds.Shapes;
using Sparseland.Space.Worlds.Tracing;

namespace Sparseland.Reproduce.RtmvSvlf;

/// <summary>Small scenes that are traced with exact depth for the experiment: things scattered on a plate, and a stack of studded bricks.</summary>
internal static class TracedViews
{
    /// <summary>The scenes' names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["clutter", "bricks"];

    /// <summary>Traces a scene from places on the upper half of a sphere around it; those of the test views lie between those of the training views.</summary>
    public static ViewDataset Trace(string name, ulong seed, int train, int test, int size, int samples, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        var scene = new Scene(name, name == "clutter" ? Clutter(seed) : Bricks(seed), Sky.Day(new Vector3(0.4f, -0.5f, 0.9f)));
        var tracer = new PathTracer(scene);
        return new([.. Views(train, 0)], [], [.. Views(test, 1.1f)]) { Bounds = scene.Bounds };

        IEnumerable<PosedView> Views(int count, float turn)
        {
            for (var i = 0; i < count; i++)
            {
                progress?.Report(new($"tracing {name}", i, count));
                var settings = new RenderSettings { SamplesPerPixel = samples, Seed = seed, View = (turn > 0 ? train : 0) + i, ShowsBackground = false };
                yield return tracer.Render(Camera(i, count, turn, size), settings, $"{(turn > 0 ? "test" : "train")}/{i}", null, cancellation).View;
            }
        }
    }

    // A spiral of equal steps in height.
    private static PinholeCamera Camera(int index, int count, float turn, int size)
    {
        var height = 0.15f + 0.75f * (index + 0.5f) / count;
        var angle = 2.399963f * index + turn;
        var radius = MathF.Sqrt(1 - height * height);
        return PinholeCamera.LookAt(size, size, 0.72f, 3.4f * new Vector3(radius * MathF.Cos(angle), radius * MathF.Sin(angle), height), new Vector3(0, 0, 0.15f), Vector3.UnitZ);
    }

    private static IEnumerable<Instance> Clutter(ulong seed)
    {
        var chance = new RandomStream(seed, "clutter");
        yield return Plate(new CheckerTexture(new(0.75f), new(0.35f, 0.3f, 0.28f), 0.2f));
        for (var i = 0; i < 14; i++)
        {
            var size = 0.2f + 0.3f * Next();
            var (angle, distance) = (2.399963f * i + Next(), 0.85f * MathF.Sqrt((i + 0.5f) / 14));
            var stretch = new Vector3(size, size * (0.7f + 0.6f * Next()), size * (0.7f + 0.8f * Next()));
            var material = new Material($"thing {i}") { Colour = Pattern(i), Roughness = 0.3f + 0.5f * Next(), Specular = 0.5f, Metallic = i % 5 == 4 ? 0.8f : 0 };
            Shape shape = (i % 3) switch { 0 => SphereShape.Unit, 1 => BoxShape.Unit, _ => new FrustumShape(Next()) };
            yield return new(shape, Matrix4x4.CreateScale(stretch) * Matrix4x4.CreateRotationZ(6 * Next()) * Matrix4x4.CreateTranslation(distance * MathF.Cos(angle), distance * MathF.Sin(angle), 0.5f * stretch.Z), material, i + 2);
        }

        float Next() => (float)chance.NextDouble();
        Vector3 Colour() => new(0.15f + 0.75f * Next(), 0.15f + 0.75f * Next(), 0.15f + 0.75f * Next());
        Texture Pattern(int i) => (i % 4) switch
        {
            0 => new StripesTexture(Colour(), Colour(), 0.06f, 2),
            1 => new NoiseTexture(Colour(), Colour(), 0.1f, 2, i),
            _ => new SolidTexture(Colour()),
        };
    }

    private static IEnumerable<Instance> Bricks(ulong seed)
    {
        var chance = new RandomStream(seed, "bricks");
        yield return Plate(new SolidTexture(new(0.2f, 0.4f, 0.25f)));
        Vector3[] colours = [new(0.75f, 0.06f, 0.05f), new(0.05f, 0.2f, 0.65f), new(0.85f, 0.65f, 0.05f), new(0.8f), new(0.08f, 0.5f, 0.15f)];
        var number = 2;
        for (var layer = 0; layer < 4; layer++)
        {
            for (var brick = 0; brick < 7 - layer; brick++)
            {
                var material = new Material($"brick {number}") { Colour = new SolidTexture(colours[chance.NextInt(colours.Length)]), Roughness = 0.3f };
                var turned = chance.NextInt(2) == 1;
                var (x, y) = (0.2f * (chance.NextInt(7 - layer) - (6 - layer) / 2f), 0.2f * (chance.NextInt(7 - layer) - (6 - layer) / 2f));
                var place = Matrix4x4.CreateRotationZ(turned ? MathF.PI / 2 : 0) * Matrix4x4.CreateTranslation(x, y, 0.24f * layer + 0.12f);
                yield return new(BoxShape.Unit, Matrix4x4.CreateScale(0.8f, 0.4f, 0.24f) * place, material, number);
                for (var stud = 0; stud < 8; stud++)
                    yield return new(FrustumShape.Cylinder, Matrix4x4.CreateScale(0.12f, 0.12f, 0.05f) * Matrix4x4.CreateTranslation(-0.3f + 0.2f * (stud % 4), stud < 4 ? -0.1f : 0.1f, 0.145f) * place, material, number);
                number++;
            }
        }
    }

    private static Instance Plate(Texture texture) =>
        new(BoxShape.Unit, Matrix4x4.CreateScale(2.2f, 2.2f, 0.06f) * Matrix4x4.CreateTranslation(0, 0, -0.03f), new Material("plate") { Colour = texture, Roughness = 0.7f, Specular = 0.2f }, 1);
}
