package erlang

import "math"

// distance is y - z - z ln(y/z) >= 0 for y >= 0, z > 0, without losing digits where y is near z.
func distance(z, y float64) float64 {
	d := (y - z) / z
	if math.Abs(d) > 0.1 {
		return z * (d - math.Log1p(d))
	}
	sum, power := 0.0, d
	for k := 2.0; k < 20; k++ { // d - ln(1+d) = d²/2 - d³/3 + ...
		power *= -d
		sum -= power / k
	}
	return z * sum
}

// logGammaStar is ln(Γ(z+1) e^z z^(-z)) for z > 0, which grows like ln √(2πz).
// Source: Stirling's series, M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions" (1964), 6.1.41.
func logGammaStar(z float64) float64 {
	if z < 20 {
		g, _ := math.Lgamma(z + 1)
		return g + z - z*math.Log(z)
	}
	i := 1 / (z * z)
	return math.Log(2*math.Pi*z)/2 + (1.0/12-i*(1.0/360-i*(1.0/1260-i*(1.0/1680-i/1188))))/z
}

// steps is H(m) = 1/(x+1) + ... + 1/(x+m) for x > 0 and a whole m >= 0: the difference of two digamma functions.
// Source: Abramowitz and Stegun, 6.3.5 and 6.3.18.
func steps(x, m float64) float64 {
	sum := 0.0
	for m > 0 && x < 20 {
		x++
		m--
		sum += 1 / x
	}
	u, v := x+1, x+m+1
	tail := func(z float64) float64 { i := 1 / (z * z); return i * (1.0/12 - i*(1.0/120-i/252)) }
	return sum + math.Log1p(m/u) + m/(2*u*v) + tail(u) - tail(v)
}
