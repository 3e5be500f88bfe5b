using CsCheck;
using Sparseland.Space.Motion;

namespace Sparseland.Space.Tests.Motion;

public class Rotation3DTests
{
    [Fact]
    public void Log_gives_back_the_rotation_vector_and_columns_the_rotation() =>
        Gen.Select(Gen.Double[-1.8, 1.8], Gen.Double[-1.8, 1.8], Gen.Double[-1.8, 1.8]).Sample((x, y, z) =>
        {
            var vector = new Vector3D(x, y, z);
            var rotation = Rotation3D.Exp(vector);
            var (a, b, c) = rotation.Columns();
            var again = Rotation3D.FromColumns(a, b, c);
            var same = (rotation.Inverse * again).Log().Length < 1e-9;
            return same && (vector.Length >= Math.PI || (rotation.Log() - vector).Length < 1e-9);
        }, seed: "0000KRW6kI4d", iter: 1000);

    [Fact]
    public void A_pose_and_its_inverse_cancel()
    {
        var pose = new RigidPose(Rotation3D.Exp(new(0.3, -1.2, 2)), new(4, -5, 6));
        var point = new Vector3D(1, 2, 3);
        Assert.True((pose.Inverse.Apply(pose.Apply(point)) - point).Length < 1e-12);
        Assert.True(((pose * pose.Inverse).Apply(point) - point).Length < 1e-12);
        Assert.StartsWith("rotation (1, 0, 0, 0), place", RigidPose.Identity.ToString(), StringComparison.Ordinal);
        var matrix = pose.ToMatrix();
        var single = System.Numerics.Vector3.Transform(point.ToSingle(), matrix);
        Assert.True((new Vector3D(single) - pose.Apply(point)).Length < 1e-5);
    }
}
