using System.Numerics;
using Sparseland.Chance;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Trees.Tests.Omnitrees;

public class RotatingShapeTests
{
    // A point of the body, turned by .NET's own quaternions and scaled to fill the cube, is inside at that time; one outside is not.
    [Fact]
    public void A_body_turns_about_the_diagonal_and_fills_the_cube_at_every_time()
    {
        Vector3[] corners = [new(0.1f, 0.2f, 0.2f), new(0.9f, 0.3f, 0.2f), new(0.5f, 0.9f, 0.3f), new(0.5f, 0.4f, 0.8f)];
        var asked = new List<double[]>();
        var body = new PredicateShape(3, point =>
        {
            asked.Add(point.ToArray());
            return true;
        });
        var shape = new RotatingShape(body, corners);
        var random = new RandomStream(1, "turns");
        var middle = new Vector3(0.5f);
        for (var repeat = 0; repeat < 50; repeat++)
        {
            var time = random.NextDouble();
            var turn = Quaternion.CreateFromAxisAngle(Vector3.Normalize(Vector3.One), (float)(2 * Math.PI * time));
            var turned = corners.Select(corner => Vector3.Transform(corner - middle, turn)).ToArray();
            var (least, most) = (turned.Aggregate(Vector3.Min), turned.Aggregate(Vector3.Max));
            var extent = Math.Max(most.X - least.X, Math.Max(most.Y - least.Y, most.Z - least.Z));
            asked.Clear();
            var points = turned.SelectMany(corner => (corner - (least + most) / 2) / extent is var q ? new double[] { q.X + 0.5, q.Y + 0.5, q.Z + 0.5, time } : []).ToArray();
            shape.Inside(points, new bool[4]);
            for (var corner = 0; corner < 4; corner++)
            {
                for (var axis = 0; axis < 3; axis++)
                    Assert.Equal(corners[corner][axis], asked[corner][axis], 5);
            }
        }
    }

    [Fact]
    public void Of_many_corners_only_the_outermost_count()
    {
        var random = new RandomStream(1, "corners");
        Vector3[] few = [new(0, 0, 0), new(1, 0.2f, 0), new(0, 1, 0.1f), new(0.3f, 0, 1)];
        var many = few.Concat(Enumerable.Range(0, 100).Select(_ => few[0] + (float)random.NextDouble() * 0.3f * (few[1] + few[2] + few[3] - few[0]))).ToArray();
        var body = new PredicateShape(3, x => x[0] + x[1] + x[2] < 1);
        var points = new double[400];
        foreach (ref var coordinate in points.AsSpan())
            coordinate = random.NextDouble();
        var (one, other) = (new bool[100], new bool[100]);
        new RotatingShape(body, few).Inside(points, one);
        new RotatingShape(body, many).Inside(points, other);
        Assert.Equal(one, other);
    }
}
