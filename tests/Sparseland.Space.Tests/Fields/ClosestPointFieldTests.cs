using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.Fields;
using Sparseland.Trees.Octrees;

namespace Sparseland.Space.Tests.Fields;

public class ClosestPointFieldTests
{
    private static readonly Vector3 Centre = new(0.1f, -0.2f, 0.05f);

    public static TheoryData<string> Shapes => ["sphere", "hemisphere", "torus", "box", "disk", "crossing", "moebius"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Distances_are_the_least_over_many_points_of_the_surface(string shape)
    {
        var chance = new RandomStream(1, shape);
        var (field, surface) = Make(shape);
        Vector3[] points = [.. Enumerable.Range(0, 60).Select(_ => new Vector3((float)chance.NextDouble() * 2 - 1, (float)chance.NextDouble() * 2 - 1, (float)chance.NextDouble() * 2 - 1))];
        var (distances, alone, gradients) = (new float[points.Length], new float[points.Length], new Vector3[points.Length]);
        field.DistancesAndGradients(points, distances, gradients);
        field.Distances(points, alone);
        Assert.Equal(distances, alone);
        Vector3[] samples = [.. Enumerable.Range(0, 20_000).Select(_ => surface(chance.NextDouble(), chance.NextDouble()))];
        for (var i = 0; i < points.Length; i++)
        {
            var least = samples.Min(sample => (sample - points[i]).Length());
            Assert.True(distances[i] <= least + 1e-5f, $"{points[i]}: {distances[i]} is farther than {least}");
            Assert.True(distances[i] > least - 0.03f, $"{points[i]}: {distances[i]} is nearer than {least}");
            Assert.Equal(1, gradients[i].Length(), 1e-5f);
            // The gradient leads to the surface.
            var landed = new float[1];
            field.Distances([points[i] - distances[i] * gradients[i]], landed);
            Assert.Equal(0, landed[0], 1e-5f);
        }
    }

    [Fact]
    public void On_the_surface_the_gradient_is_zero()
    {
        var (distances, gradients) = (new float[1], new Vector3[1]);
        new BoxField(new Box3(new(-0.5f), new(0.5f))).DistancesAndGradients([new Vector3(0.5f, 0.25f, 0)], distances, gradients);
        Assert.Equal((0f, Vector3.Zero), (distances[0], gradients[0]));
    }

    [Fact]
    public void Differences_find_the_gradient()
    {
        var field = new DifferenceField(new Plain());
        Vector3[] points = [new(0.3f, 0.4f, 1.2f), new(2, -1, 0.5f), new(0.2f, 0.1f, -0.1f)];
        var (distances, gradients) = (new float[3], new Vector3[3]);
        field.DistancesAndGradients(points, distances, gradients);
        for (var i = 0; i < points.Length; i++)
        {
            Assert.Equal(Math.Abs(points[i].Length() - 0.5f), distances[i], 1e-6f);
            var expected = Math.Sign(points[i].Length() - 0.5f) * Vector3.Normalize(points[i]);
            Assert.True((expected - gradients[i]).Length() < 2e-3f, $"{gradients[i]} instead of {expected}");
        }
        Assert.Throws<Sparseland.Errors.InvalidSettingException>(() => new DifferenceField(new Plain(), 0));
    }

    private static (ClosestPointField Field, Func<double, double, Vector3> Surface) Make(string shape)
    {
        Vector3 Sphere(double u, double v, double radius)
        {
            var (z, angle) = (2 * u - 1, Math.Tau * v);
            var ring = Math.Sqrt(1 - z * z);
            return (float)radius * new Vector3((float)(ring * Math.Cos(angle)), (float)(ring * Math.Sin(angle)), (float)z);
        }

        switch (shape)
        {
            case "sphere":
                return (new SphereField(Centre, 0.6), (u, v) => Centre + Sphere(u, v, 0.6));
            case "hemisphere":
                return (new HemisphereField(Centre, 0.6), (u, v) => Centre + Sphere(0.5 + 0.5 * u, v, 0.6));
            case "torus":
                return (new TorusField(Centre, 0.5, 0.2), (u, v) =>
                {
                    var (a, b) = (Math.Tau * u, Math.Tau * v);
                    var ring = 0.5 + 0.2 * Math.Cos(b);
                    return Centre + new Vector3((float)(ring * Math.Cos(a)), (float)(ring * Math.Sin(a)), (float)(0.2 * Math.Sin(b)));
                });
            case "box":
                return (new BoxField(new Box3(new(-0.5f, -0.4f, -0.3f), new(0.3f, 0.6f, 0.7f))), (u, v) =>
                {
                    var face = (int)(6 * u);
                    var (a, b, side) = ((float)(6 * u - face), (float)v, face % 2);
                    var unit = (face / 2) switch { 0 => new Vector3(side, a, b), 1 => new Vector3(a, side, b), _ => new Vector3(a, b, side) };
                    return new Vector3(-0.5f, -0.4f, -0.3f) + new Vector3(0.8f, 1, 1) * unit;
                });
            case "disk":
                return (new DiskField(Centre, new Vector3(0, 0, 3), 0.6), (u, v) => Centre + 0.6f * MathF.Sqrt((float)u) * new Vector3(MathF.Cos((float)(Math.Tau * v)), MathF.Sin((float)(Math.Tau * v)), 0));
            case "crossing":
                return (new CrossingPlanesField(Centre, 0.3, 0.5), (u, v) =>
                {
                    var angle = 0.3 + (u < 0.5 ? 0 : Math.PI / 2);
                    var along = (4 * u % 2 - 1) * 0.5;
                    return Centre + new Vector3((float)(Math.Cos(angle) * along), (float)(Math.Sin(angle) * along), (float)(v - 0.5));
                });
            default:
                return (new MoebiusField(Centre, 0.6, 0.2), (u, v) =>
                {
                    var (angle, across) = (Math.Tau * u, 0.4 * v - 0.2);
                    var ring = 0.6 + across * Math.Cos(0.5 * angle);
                    return Centre + new Vector3((float)(ring * Math.Cos(angle)), (float)(ring * Math.Sin(angle)), (float)(across * Math.Sin(0.5 * angle)));
                });
        }
    }

    private sealed class Plain : IDistanceField
    {
        public float Distance(Vector3 point) => Math.Abs(point.Length() - 0.5f);
    }
}
