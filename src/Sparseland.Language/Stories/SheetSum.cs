using System.Globalization;

namespace Sparseland.Language.Stories;

/// <summary>
/// A sum with the usual precedence, such as 12+7*3-4: built up operand by operand with a pen, then worked out one operation at a time, the
/// leftmost product first. Every operand and every value on the way is a whole number from 0 to 999.
/// </summary>
internal sealed class SheetSum
{
    private const int GreatestText = 99;
    private const int GreatestFactor = 9;

    // A product is about as likely as an addition although it has fewer operands to choose from.
    private const double FactorShare = 8.0 / 99;
    private const char End = '\n';

    private static readonly char[] Signs = ['+', '-', '*', End];

    // "number sign" for every candidate: offers are made for each operand, so the texts are made once.
    private static readonly string[][] Texts =
        [.. Enumerable.Range(0, GreatestText + 1).Select(value => Signs.Select(sign => string.Create(CultureInfo.InvariantCulture, $"{value}{sign}")).ToArray())];

    private readonly List<int> _values = [];
    private readonly List<char> _signs = [];
    private int _total;

    /// <summary>Whether the sum has its last operand.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Operations that are left.</summary>
    public int OperationCount => _signs.Count;

    private bool IsSecondFactor => _signs.Count > 0 && _signs[^1] == '*';

    private bool IsSubtracted => _signs.Count > (IsSecondFactor ? 1 : 0) && _signs[IsSecondFactor ? ^2 : ^1] == '-';

    /// <summary>Offers the next operand together with the sign that follows it.</summary>
    public void Offer(StoryPen pen, SheetOptions options)
    {
        var mayEnd = OperationCount >= options.FewestOperations;
        var mayGoOn = OperationCount < options.MostOperations;
        var greatest = IsSecondFactor ? GreatestFactor : options.GreatestOperand;
        for (var value = IsSecondFactor ? 2 : 1; value <= greatest; value++)
        {
            var term = IsSecondFactor ? _values[^1] * value : value;
            var total = IsSubtracted ? _total - term : _total + term;
            if (total >= 0)
            {
                pen.Offer(Texts[value][0], mayGoOn ? 1 : 0, Tag(value, 0));
                pen.Offer(Texts[value][1], mayGoOn && total > 0 ? 1 : 0, Tag(value, 1));
                pen.Offer(Texts[value][3], mayEnd ? 1 : 0, Tag(value, 3));
            }
            var isFactor = !IsSecondFactor && value is >= 2 and <= GreatestFactor && (!IsSubtracted || value * 2 <= _total);
            pen.Offer(Texts[value][2], isFactor && mayGoOn ? options.GreatestOperand * FactorShare : 0, Tag(value, 2));
        }
    }

    /// <summary>Takes the picked operand and sign.</summary>
    public void Append(int tag)
    {
        var (value, sign) = (tag / Signs.Length, Signs[tag % Signs.Length]);
        if (sign != '*')
        {
            var term = IsSecondFactor ? _values[^1] * value : value;
            _total = IsSubtracted ? _total - term : _total + term;
        }
        _values.Add(value);
        if (sign == End)
            IsComplete = true;
        else
            _signs.Add(sign);
    }

    /// <summary>Works out one operation: the leftmost product, or the leftmost of the rest.</summary>
    public void Reduce()
    {
        var at = Math.Max(0, _signs.IndexOf('*'));
        _values[at] = _signs[at] switch
        {
            '+' => _values[at] + _values[at + 1],
            '-' => _values[at] - _values[at + 1],
            _ => _values[at] * _values[at + 1],
        };
        _values.RemoveAt(at + 1);
        _signs.RemoveAt(at);
    }

    /// <summary>The sum as it is written.</summary>
    public override string ToString()
    {
        var text = _values[0].ToString(CultureInfo.InvariantCulture);
        for (var i = 0; i < _signs.Count; i++)
            text += string.Create(CultureInfo.InvariantCulture, $"{_signs[i]}{_values[i + 1]}");
        return text;
    }

    private static int Tag(int value, int sign) => value * Signs.Length + sign;
}
